// The policy of an account or of one compute: how people log in, from where, and for how long.

import type { VNode } from 'preact';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';
import { CheckField, OptionalField, SelectField, TextArea } from './fields.tsx';

/** Times are milliseconds as text; empty: a compute inherits from its account. */
export interface PolicyFields {
  readonly of: 'account' | 'compute';
  readonly linkLogin: boolean;
  readonly readOnly: boolean;
  /** 0: every connection needs an approval. */
  readonly longestGrant: string;
  readonly longestConnection: string;
  /** 0: off. */
  readonly idleTimeout: string;
  /** 0: off. */
  readonly freshSignIn: string;
  /**
   * Live connections of all people together; empty: inherited from the account or the installation.
   */
  readonly maxConnections: string;
  readonly reverseCode: string;
  readonly allowedNetworks: string;
  readonly ownNetworks: string;
  /** Shown for computes only. */
  readonly replication: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const AS_ACCOUNT = 'as the account says';

interface PolicyFormProps {
  readonly frame: PageFrame;
  readonly action: string;
  readonly policy: PolicyFields;
  /** Also shown, read-only, to people who may not change it. */
  readonly mayChange: boolean;
}

export function PolicyForm({ frame, action, policy, mayChange }: PolicyFormProps): VNode {
  return (
    <form class="stack" method="post" action={action}>
      <CsrfField frame={frame} />
      <fieldset class="plain-fieldset" disabled={!mayChange}>
        <legend class="visually-hidden">Policy</legend>
        <PolicyInputs policy={policy} />
      </fieldset>
      {mayChange && (
        <div class="form-foot">
          <button class="button primary" type="submit">
            Save policy
          </button>
        </div>
      )}
    </form>
  );
}

function PolicyInputs({ policy }: { readonly policy: PolicyFields }): VNode {
  return (
    <>
      <CheckField
        name="link_login"
        label="People may log in by link"
        help="Off: only access tokens and passwords of roles let anybody in."
        isTicked={policy.linkLogin}
      />
      <CheckField
        name="read_only"
        label="By link, read-only access only"
        help="Needs a role that cannot write in each project."
        isTicked={policy.readOnly}
      />
      {policy.of === 'compute' && (
        <CheckField
          name="replication"
          label="Replication connections are allowed"
          help="For logical replication and backups that stream changes."
          isTicked={policy.replication}
        />
      )}
      <Times policy={policy} />
      <Guards policy={policy} />
      <SelectField
        name="reverse_code"
        label="When browser and terminal are at different addresses"
        choices={[
          { value: 'when_new', label: 'Ask for a code in the terminal when the address is new' },
          { value: 'always', label: 'Always ask for a code in the terminal' },
        ]}
        picked={policy.reverseCode}
      />
      <div class="field-row two">
        <TextArea
          name="allowed_networks"
          label="Networks that may connect"
          value={policy.allowedNetworks}
          placeholder="203.0.113.0/24"
          help="One a line. Empty: from anywhere."
        />
        <TextArea
          name="own_networks"
          label="Networks that are yours"
          value={policy.ownNetworks}
          placeholder="10.0.0.0/8"
          help="A browser and a terminal within them count as near each other."
        />
      </div>
    </>
  );
}

function Times({ policy }: { readonly policy: PolicyFields }): VNode {
  const unsaid: readonly Choice[] = policy.of === 'account' ? [] : [['', AS_ACCOUNT]];
  return (
    <div class="field-row three">
      <SelectField
        name="longest_grant"
        label="Remember an approval for"
        choices={withOwn(policy.longestGrant, [
          ...unsaid,
          [0, 'one connection only'],
          [HOUR, 'at most 1 hour'],
          [8 * HOUR, 'at most 8 hours'],
        ])}
        picked={policy.longestGrant}
      />
      <SelectField
        name="longest_connection"
        label="Longest connection"
        choices={withOwn(policy.longestConnection, [
          ...unsaid,
          [HOUR, '1 hour'],
          [8 * HOUR, '8 hours'],
          [DAY, '1 day'],
          [7 * DAY, '7 days'],
          [30 * DAY, '30 days'],
        ])}
        picked={policy.longestConnection}
      />
      <SelectField
        name="idle_timeout"
        label="End idle connections"
        choices={withOwn(policy.idleTimeout, [
          [0, policy.of === 'account' ? 'never' : AS_ACCOUNT],
          [10 * MINUTE, 'after 10 minutes'],
          [HOUR, 'after 1 hour'],
          [8 * HOUR, 'after 8 hours'],
        ])}
        picked={policy.idleTimeout}
      />
    </div>
  );
}

function Guards({ policy }: { readonly policy: PolicyFields }): VNode {
  const isAccount = policy.of === 'account';
  return (
    <div class="field-row two">
      <SelectField
        name="fresh_sign_in"
        label="Approving needs a sign-in"
        choices={withOwn(policy.freshSignIn, [
          [0, isAccount ? 'of any age' : AS_ACCOUNT],
          [5 * MINUTE, 'of the last 5 minutes'],
          [15 * MINUTE, 'of the last 15 minutes'],
          [HOUR, 'of the last hour'],
        ])}
        picked={policy.freshSignIn}
        help="Whose is older signs in again before a terminal is let in."
      />
      <OptionalField
        name="max_connections"
        label="Connections at a time"
        type="number"
        value={policy.maxConnections}
        help={isAccount ? 'To each compute. Empty: as the installation says.' : `Empty: ${AS_ACCOUNT}.`}
      />
    </div>
  );
}

type Choice = readonly [ms: number | '', label: string];

/**
 * A value that was set through the API is offered too, so that saving does not change it by
 * accident.
 */
function withOwn(own: string, choices: readonly Choice[]) {
  const offered = choices.map(([ms, label]) => ({ value: String(ms), label }));
  if (offered.some(({ value }) => value === own)) return offered;
  return [...offered, { value: own, label: `${Math.round(Number(own) / MINUTE)} minutes` }];
}
