// The form for a new project on one of the installation's own Postgres servers.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { CreationSteps } from '../../../components/console/creation-steps.tsx';
import { OptionalField, SelectField } from '../../../components/console/forms/fields.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface NewProjectProps extends ConsoleProps {
  readonly base: string;
  /** `<version>@<region>`, the default first. */
  readonly servers: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly typed: Readonly<Record<string, string>>;
}

export function NewProjectPage({ frame, view, base, servers, typed }: NewProjectProps): VNode {
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="New project"
      lead="A database of its own with a role that owns it, ready in a few seconds."
      islands={['console-progress']}
    >
      <form
        class="panel form-panel"
        method="post"
        action={`${base}/projects/new`}
        // Where the browser goes when the outcome is unknown.
        data-progress={`${base}/projects`}
      >
        <CsrfField frame={frame} />
        <TextField name="name" label="Name" value={typed.name ?? ''} autocomplete="off" maxLength={256} focus="first" />
        <SelectField name="server" label="Postgres" choices={servers} picked={typed.server ?? null} />
        <details class="more" open={(typed.database ?? '') !== '' || (typed.role ?? '') !== ''}>
          <summary>Advanced</summary>
          <div class="stack">
            <OptionalField
              name="database"
              label="Database"
              value={typed.database ?? ''}
              help="Leave blank to use the project’s name. Names must be unique on the server."
            />
            <OptionalField name="role" label="Role" value={typed.role ?? ''} />
          </div>
        </details>
        <CreationSteps />
        <div class="form-foot">
          <button class="button primary" type="submit">
            Create project
          </button>
          <a class="button plain" href={`${base}/projects`}>
            Cancel
          </a>
        </div>
      </form>
      <p class="aside-text">
        Running Postgres elsewhere? <a href={`${base}/projects/attach`}>Attach that database</a> instead.
      </p>
    </ConsolePage>
  );
}
