// The form for an additional compute of a project, such as a read replica.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { OptionalField, SelectField, TextArea } from '../../../components/console/forms/fields.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface NewComputeProps extends ConsoleProps {
  readonly place: string;
  /**
   * On our own hosts an additional compute is another endpoint for reading; elsewhere it has its
   * own address.
   */
  readonly isHosted: boolean;
  readonly typed: Readonly<Record<string, string>>;
}

export function NewComputePage({ frame, view, place, isHosted, typed }: NewComputeProps): VNode {
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Add compute"
      lead={
        isHosted
          ? 'Another way into the same databases that can only read, with a state and switches of its own.'
          : 'Another address of the same data: a read replica, or a second way in. Databases and roles stay the project’s.'
      }
    >
      <form class="panel form-panel" method="post" action={`${place}/computes/new`} data-busy="Connecting to it…">
        <CsrfField frame={frame} />
        <OptionalField name="name" label="Name" value={typed.name ?? ''} placeholder="reports" />
        {!isHosted && <Address typed={typed} />}
        <div class="form-foot">
          <button class="button primary" type="submit">
            {isHosted ? 'Add compute' : 'Check and add'}
          </button>
          <a class="button plain" href={place}>
            Cancel
          </a>
        </div>
      </form>
    </ConsolePage>
  );
}

function Address({ typed }: Pick<NewComputeProps, 'typed'>): VNode {
  return (
    <>
      <SelectField
        name="type"
        label="Kind"
        choices={[
          { value: 'read_only', label: 'Read-only' },
          { value: 'read_write', label: 'Read-write' },
        ]}
        picked={typed.type ?? 'read_only'}
      />
      <TextField
        name="url"
        label="Connection URL"
        autocomplete="off"
        maxLength={2048}
        help="postgres://role:password@host:5432/database, with a role of this project."
      />
      <details class="more">
        <summary>Own certificate authority</summary>
        <TextArea
          name="ca"
          label="Certificate authority"
          value={typed.ca ?? ''}
          placeholder="-----BEGIN CERTIFICATE-----"
          help="PEM text, when the server’s certificate is not signed by a public authority."
        />
      </details>
    </>
  );
}
