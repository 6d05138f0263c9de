// The policy of an account: how people log in, from where, and for how long.

import type { VNode } from 'preact';
import { CheckField, SelectField, TextArea } from './fields.tsx';

/** Times are milliseconds as text. */
export interface PolicyFields {
  readonly linkLogin: boolean;
  readonly readOnly: boolean;
  /** 0: every connection is asked for. */
  readonly longestGrant: string;
  readonly longestConnection: string;
  /** 0: off. */
  readonly idleTimeout: string;
  readonly reverseCode: string;
  readonly allowedNetworks: string;
  readonly ownNetworks: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function PolicyInputs({ policy }: { readonly policy: PolicyFields }): VNode {
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
      <Times policy={policy} />
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
  return (
    <div class="field-row three">
      <SelectField
        name="longest_grant"
        label="Remember an approval for"
        choices={withOwn(policy.longestGrant, [
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
          [0, 'never'],
          [10 * MINUTE, 'after 10 minutes'],
          [HOUR, 'after 1 hour'],
          [8 * HOUR, 'after 8 hours'],
        ])}
        picked={policy.idleTimeout}
      />
    </div>
  );
}

/** A value that the API set to something else is offered too, so that saving does not change it unasked. */
function withOwn(own: string, choices: ReadonlyArray<readonly [number, string]>) {
  const offered = choices.map(([ms, label]) => ({ value: String(ms), label }));
  if (offered.some(({ value }) => value === own)) return offered;
  return [...offered, { value: own, label: `${Math.round(Number(own) / MINUTE)} minutes` }];
}
