// The form of a new access rule.

import type { VNode } from 'preact';
import { CsrfField } from '../../layout/csrf-field.tsx';
import type { PageFrame } from '../../layout/page-frame.ts';
import { OptionalField, SelectField } from './forms/fields.tsx';
import { Panel } from './panel.tsx';
import { AskFields } from './rule-ask-fields.tsx';

interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface RuleChoices {
  /** Teams. */
  readonly subjects: readonly Choice[];
  /** Labels and projects. */
  readonly objects: readonly Choice[];
}

interface RuleFormProps extends RuleChoices {
  readonly frame: PageFrame;
  readonly path: string;
  readonly typed: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000;
const DOORS = [
  { value: 'link', label: 'Link' },
  { value: 'token', label: 'Access token' },
  { value: 'role_password', label: 'Role password' },
  { value: 'oauth', label: 'OAuth' },
] as const;

export function RuleForm(props: RuleFormProps): VNode {
  const { frame, path } = props;
  return (
    <Panel id="new-rule" title="New rule">
      <form class="stack rule-form" method="post" action={path}>
        <CsrfField frame={frame} />
        <WhoAndWhat {...props} />
        <HowFields {...props} />
        <div class="more-row">
          <details class="more">
            <summary>Ask first</summary>
            <AskFields {...props} />
          </details>
          <details class="more">
            <summary>Limits</summary>
            <div class="stack">
              <LimitFields {...props} />
            </div>
          </details>
        </div>
        <div class="form-foot">
          <button class="button primary" type="submit">
            Add rule
          </button>
        </div>
      </form>
    </Panel>
  );
}

function WhoAndWhat({ subjects, objects, typed }: RuleFormProps): VNode {
  const who = [
    { value: 'members', label: 'All members' },
    { value: 'guests', label: 'All guests' },
    { value: 'account_tokens', label: 'Tokens and keys of the account' },
    ...subjects,
    { value: 'person', label: 'One person' },
  ];
  return (
    <div class="choice-row">
      <SelectField name="who" label="Who" choices={who} picked={typed.who ?? 'members'} />
      <div class="for-person">
        <OptionalField name="email" label="Their email" type="email" value={typed.email ?? ''} />
      </div>
      <SelectField
        name="what"
        label="May reach"
        choices={[{ value: 'account', label: 'Everything' }, ...objects]}
        picked={typed.what ?? 'account'}
      />
    </div>
  );
}

function HowFields({ typed }: RuleFormProps): VNode {
  const roles = [
    { value: 'read_write', label: 'Any role' },
    { value: 'read_only', label: 'Roles that cannot write' },
    { value: 'named', label: 'These roles' },
  ];
  const ticked = typed.doors?.split(',') ?? ['link'];
  return (
    <>
      <div class="choice-row">
        <SelectField name="roles" label="As" choices={roles} picked={typed.roles ?? 'read_only'} />
        <div class="for-roles">
          <OptionalField name="role_names" label="Names of roles" value={typed.role_names ?? ''} />
        </div>
        <OptionalField
          name="databases"
          label="Databases"
          placeholder="all"
          value={typed.databases ?? ''}
          help="Where they connect. A role that owns others can still drop those by SQL."
        />
      </div>
      <fieldset class="plain-fieldset">
        <legend>By</legend>
        <div class="check-row">
          {DOORS.map(({ value, label }) => (
            <label class="check" key={value}>
              <input type="checkbox" name="doors" value={value} checked={ticked.includes(value)} />
              <span>{label}</span>
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}

const APPROVALS = [
  { value: '', label: 'as the policy says' },
  { value: '0', label: 'asked each time' },
  { value: String(HOUR), label: '1 hour' },
];
const CONNECTIONS = [
  { value: '', label: 'as the policy says' },
  { value: String(HOUR), label: '1 hour' },
  { value: String(8 * HOUR), label: '8 hours' },
];
const DAYS = [
  { value: '', label: 'always' },
  { value: 'weekdays', label: 'Monday to Friday' },
  { value: 'all', label: 'every day' },
];
const SIGN_INS = [
  { value: '', label: 'any' },
  { value: 'fresh', label: 'within 10 minutes' },
  { value: 'passkey', label: 'with a passkey' },
];

function LimitFields({ typed }: RuleFormProps): VNode {
  return (
    <>
      <div class="choice-row">
        <SelectField
          name="longest_approval"
          label="Approval remembered for"
          choices={APPROVALS}
          picked={typed.longest_approval}
        />
        <SelectField
          name="longest_connection"
          label="Longest connection"
          choices={CONNECTIONS}
          picked={typed.longest_connection}
        />
        <SelectField name="sign_in" label="Sign-in" choices={SIGN_INS} picked={typed.sign_in} />
      </div>
      <div class="choice-row">
        <SelectField name="days" label="Open" choices={DAYS} picked={typed.days} />
        <OptionalField name="from" label="From" placeholder="09:00" value={typed.from ?? ''} />
        <OptionalField name="to" label="To" placeholder="18:00" value={typed.to ?? ''} />
        <OptionalField name="time_zone" label="Time zone" placeholder="Europe/Berlin" value={typed.time_zone ?? ''} />
      </div>
      <OptionalField
        name="networks"
        label="Networks"
        placeholder="from anywhere"
        help="Such as 203.0.113.0/24, separated by commas."
        value={typed.networks ?? ''}
      />
    </>
  );
}
