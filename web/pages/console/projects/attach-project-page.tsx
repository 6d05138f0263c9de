// The form that attaches an existing Postgres as a project.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { CheckField, TextArea } from '../../../components/console/forms/fields.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface AttachProjectProps extends ConsoleProps {
  readonly base: string;
  readonly typed: Readonly<Record<string, string>>;
}

export function AttachProjectPage({ frame, view, base, typed }: AttachProjectProps): VNode {
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Attach a database"
      lead="Connect a Postgres you already run. Your team signs in here, and no one needs its password again."
    >
      <form class="panel form-panel" method="post" action={`${base}/projects/attach`} data-busy="Connecting to it…">
        <CsrfField frame={frame} />
        <TextField name="name" label="Name" value={typed.name ?? ''} autocomplete="off" maxLength={256} focus="first" />
        <TextField
          name="url"
          label="Connection URL"
          autocomplete="off"
          maxLength={2048}
          help="postgres://role:password@host:5432/database?sslmode=verify-full. The password is sealed and never shown again."
        />
        <details class="more">
          <summary>Advanced</summary>
          <Details typed={typed} />
        </details>
        <div class="form-foot">
          <button class="button primary" type="submit">
            Check and attach
          </button>
          <a class="button plain" href={`${base}/projects`}>
            Cancel
          </a>
        </div>
      </form>
    </ConsolePage>
  );
}

function Details({ typed }: Pick<AttachProjectProps, 'typed'>): VNode {
  return (
    <div class="stack">
      <div class="field">
        <label for="read_only_url">URL with a read-only role</label>
        <input
          class="input"
          id="read_only_url"
          name="read_only_url"
          maxlength={2_048}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="read_only_url-help"
        />
        <p class="help" id="read_only_url-help">
          A role without the right to write. With it, people may choose read-only access.
        </p>
      </div>
      <TextArea
        name="ca"
        label="Certificate authority"
        value={typed.ca ?? ''}
        placeholder="-----BEGIN CERTIFICATE-----"
        help="PEM text, when the server’s certificate is not signed by a public authority."
      />
      <CheckField name="allow_md5" label="Allow md5 passwords" isTicked={typed.allow_md5 === 'yes'} />
      <CheckField
        name="allow_cleartext"
        label="Allow passwords in the clear"
        help="Only over verified TLS."
        isTicked={typed.allow_cleartext === 'yes'}
      />
    </div>
  );
}
