// The three groups of a policy's form: who gets in, how long, from where.

import type { VNode } from 'preact';
import { CheckField, OptionalField, SelectField, TextArea } from './fields.tsx';
import { PolicyGroup } from './policy-group.tsx';

/** Times are milliseconds as text; empty: a compute inherits from its account. */
export interface PolicyFields {
  readonly of: 'account' | 'compute';
  readonly linkLogin: boolean;
  readonly readOnly: boolean;
  /** 0: every connection needs an approval. */
  readonly longestGrant: string;
  readonly longestKeylessGrant: string;
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
  /** As somebody typed it and not as it is stored. */
  readonly isTyped: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const AS_ACCOUNT = 'as the account says';

export function WhoGetsIn({ policy }: { readonly policy: PolicyFields }): VNode {
  const isAccount = policy.of === 'account';
  return (
    <PolicyGroup id="who-gets-in">
      <CheckField
        name="link_login"
        label="People can connect by link"
        help="If off, people need an access token or a role password."
        isTicked={policy.linkLogin}
      />
      <CheckField
        name="read_only"
        label="By link, read-only access only"
        help="Needs a role that cannot write in each project."
        isTicked={policy.readOnly}
      />
      {!isAccount && (
        <CheckField
          name="replication"
          label="Replication connections are allowed"
          help="For logical replication and backups that stream changes."
          isTicked={policy.replication}
        />
      )}
      <div class="field-row two">
        <SelectField
          name="fresh_sign_in"
          label="Ask for a fresh sign-in before approving"
          choices={withOwn(policy.freshSignIn, [
            [0, isAccount ? 'never' : AS_ACCOUNT],
            [5 * MINUTE, 'after 5 minutes'],
            [15 * MINUTE, 'after 15 minutes'],
            [HOUR, 'after 1 hour'],
          ])}
          picked={policy.freshSignIn}
        />
        <SelectField
          name="reverse_code"
          label="When browser and terminal are far apart"
          choices={[
            { value: 'when_new', label: 'ask for a code when the terminal is new' },
            { value: 'always', label: 'always ask for a code' },
          ]}
          picked={policy.reverseCode}
        />
      </div>
    </PolicyGroup>
  );
}

export function HowLong({ policy }: { readonly policy: PolicyFields }): VNode {
  const unsaid: readonly Choice[] = policy.of === 'account' ? [] : [['', AS_ACCOUNT]];
  return (
    <PolicyGroup id="how-long">
      <div class="field-row two">
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
          name="longest_keyless_grant"
          label="For a terminal without a key of its own"
          choices={withOwn(policy.longestKeylessGrant, [
            ...unsaid,
            [0, 'one connection only'],
            [HOUR, 'at most 1 hour'],
            [8 * HOUR, 'just as long'],
          ])}
          picked={policy.longestKeylessGrant}
        />
      </div>
      <div class="field-row two">
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
    </PolicyGroup>
  );
}

export function FromWhere({ policy }: { readonly policy: PolicyFields }): VNode {
  const unsaid = policy.of === 'account' ? 'server default' : AS_ACCOUNT;
  return (
    <PolicyGroup id="from-where">
      <div class="field-row two">
        <TextArea
          name="allowed_networks"
          label="Networks that may connect"
          value={policy.allowedNetworks}
          placeholder="203.0.113.0/24"
          help="One per line. Blank: from anywhere."
        />
        <TextArea
          name="own_networks"
          label="Trusted networks"
          value={policy.ownNetworks}
          placeholder="10.0.0.0/8"
          help="We won’t ask for a code when both devices are in one of these."
        />
      </div>
      <div class="field-row two">
        <OptionalField
          name="max_connections"
          label={`Max. connections per compute (blank: ${unsaid})`}
          type="number"
          value={policy.maxConnections}
        />
      </div>
    </PolicyGroup>
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
