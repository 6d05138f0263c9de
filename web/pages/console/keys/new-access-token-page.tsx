// The form for a new access token.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { OptionalField, SelectField, TextArea } from '../../../components/console/forms/fields.tsx';
import { Segments } from '../../../components/segments.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface ComputeGroup {
  readonly account: string;
  readonly computes: ReadonlyArray<{ readonly value: string; readonly label: string }>;
}

export interface NewAccessTokenProps extends ConsoleProps {
  readonly path: string;
  readonly computes: readonly ComputeGroup[];
  readonly picked: string;
  /** The token then belongs to the organization and outlives its creator. */
  readonly isForAccount: boolean;
  readonly typed: Readonly<Record<string, string>>;
}

const LIVES = [
  { value: '1', label: '1 day' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
];

export function NewAccessTokenPage(props: NewAccessTokenProps): VNode {
  const { frame, view, path, computes, isForAccount, typed } = props;
  const isEmpty = computes.every((group) => group.computes.length === 0);
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="New access token"
      lead={
        isForAccount
          ? 'For services of the organization: it stays when its maker leaves.'
          : 'For your own tools: it works as long as you may connect yourself.'
      }
    >
      {isEmpty ? (
        <p class="table-empty">There is no compute to connect to yet.</p>
      ) : (
        <form class="panel form-panel" method="post" action={`${path}/new`}>
          <CsrfField frame={frame} />
          <TextField
            name="name"
            label="Name"
            value={typed.name ?? ''}
            autocomplete="off"
            maxLength={256}
            help="What will use it: laptop DBeaver, nightly report."
            focus="first"
          />
          <ComputeSelect {...props} />
          <Segments
            name="access"
            legend="Access"
            choices={[
              { value: 'read_write', label: 'Read and write' },
              { value: 'read_only', label: 'Read only' },
            ]}
            picked={typed.access ?? 'read_write'}
          />
          <SelectField name="days" label="Open for" choices={LIVES} picked={typed.days ?? '30'} />
          <Limits typed={typed} />
          <div class="form-foot">
            <button class="button primary" type="submit">
              Create token
            </button>
            <a class="button plain" href={path}>
              Cancel
            </a>
          </div>
        </form>
      )}
    </ConsolePage>
  );
}

function ComputeSelect({ computes, picked }: NewAccessTokenProps): VNode {
  return (
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
  );
}

function Limits({ typed }: Pick<NewAccessTokenProps, 'typed'>): VNode {
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
          label="Connections at a time"
          type="number"
          value={typed.max_connections ?? '20'}
        />
      </div>
    </details>
  );
}
