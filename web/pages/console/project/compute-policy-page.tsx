// The policy of one compute for logins and connections, on top of its account's policy.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { type PolicyFields, PolicyForm } from '../../../components/console/forms/policy-fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';

export interface ComputePolicyProps extends ConsoleProps {
  /** The path of the page and of its form. */
  readonly path: string;
  readonly name: string;
  readonly mayChange: boolean;
  readonly policy: PolicyFields;
}

export function ComputePolicyPage({ frame, view, path, name, mayChange, policy }: ComputePolicyProps): VNode {
  const scope = 'For this compute, on top of the account’s policy: the stricter of both holds.';
  return (
    <ConsolePage frame={frame} view={view} title={`Compute ${name}`}>
      <Panel
        id="policy"
        title="Logins and connections"
        lead={
          mayChange
            ? `${scope} Saving forgets remembered approvals, so that everybody is asked again.`
            : `${scope} Only an admin may change this.`
        }
      >
        <PolicyForm frame={frame} action={path} policy={policy} mayChange={mayChange} />
      </Panel>
    </ConsolePage>
  );
}
