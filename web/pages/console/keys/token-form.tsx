// The form for an access token: where it leads, with which access, within which limits; and what
// each kind of token asks besides.

import type { ComponentChildren, VNode } from 'preact';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { OptionalField, TextArea } from '../../../components/console/forms/fields.tsx';
import { Segments } from '../../../components/segments.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface ComputeGroup {
  readonly account: string;
  readonly computes: ReadonlyArray<{ readonly value: string; readonly label: string }>;
}

export interface TokenFormProps extends ConsoleProps {
  readonly path: string;
  readonly computes: readonly ComputeGroup[];
  readonly picked: string;
  /** The token then belongs to the organization and outlives its creator. */
  readonly isForAccount: boolean;
  readonly typed: Readonly<Record<string, string>>;
}

type Own = {
  readonly action: string;
  readonly nameHelp: string;
  readonly button: string;
  /** How it is proved; absent: by a secret. */
  readonly proof?: ComponentChildren;
  /** How long it, or a connection, lasts. */
  readonly term: ComponentChildren;
};

export function TokenForm({ props, ...own }: Own & { readonly props: TokenFormProps }): VNode {
  const { frame, path, computes, typed } = props;
  if (computes.every((group) => group.computes.length === 0)) {
    return <p class="table-empty">There is no compute to connect to yet.</p>;
  }
  return (
    <form class="panel form-panel" method="post" action={own.action}>
      <CsrfField frame={frame} />
      <TextField
        name="name"
        label="Name"
        value={typed.name ?? ''}
        autocomplete="off"
        maxLength={256}
        help={own.nameHelp}
        focus="first"
      />
      {own.proof}
      <ReachFields {...props} />
      {own.term}
      <LimitFields typed={typed} />
      <div class="form-foot">
        <button class="button primary" type="submit">
          {own.button}
        </button>
        <a class="button plain" href={path}>
          Cancel
        </a>
      </div>
    </form>
  );
}

function ReachFields({ computes, picked, typed }: TokenFormProps): VNode {
  return (
    <>
      <div class="field">
        <label for="compute_id">Compute</label>
        <select class="input" id="compute_id" name="compute_id">
          {computes.map((group) => (
            <optgroup key={group.account} label={group.account}>
              {group.computes.map(({ value, label }) => (
                <option key={value} value={value} selected={value === picked}>
                  {label}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      <Segments
        name="access"
        legend="Access"
        choices={[
          { value: 'read_write', label: 'Read-write' },
          { value: 'read_only', label: 'Read-only' },
        ]}
        picked={typed.access ?? 'read_write'}
      />
    </>
  );
}

function LimitFields({ typed }: Pick<TokenFormProps, 'typed'>): VNode {
  return (
    <details class="more" open={typed.networks !== undefined}>
      <summary>Database, role, networks, connections</summary>
      <div class="stack">
        <div class="field-row two">
          <OptionalField
            name="database"
            label="Database"
            value={typed.database ?? ''}
            help="Empty: the project’s own."
          />
          <OptionalField name="role" label="Role" value={typed.role ?? ''} help="Empty: one that fits the access." />
        </div>
        <TextArea
          name="networks"
          label="Networks it may come from"
          value={typed.networks ?? ''}
          rows={2}
          placeholder="203.0.113.0/24"
          help="Empty: from anywhere."
        />
        <OptionalField
          name="max_connections"
          label="Max. connections"
          type="number"
          value={typed.max_connections ?? '20'}
        />
      </div>
    </details>
  );
}
