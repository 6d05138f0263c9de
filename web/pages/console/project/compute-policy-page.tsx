// The policy of one compute for logins and connections, on top of its account's policy.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PolicyForm } from '../../../components/console/forms/policy-fields.tsx';
import type { PolicyFields } from '../../../components/console/forms/policy-groups.tsx';
import { Panel } from '../../../components/console/panel.tsx';

export interface ComputePolicyProps extends ConsoleProps {
  /** The path of the page and of its form. */
  readonly path: string;
  readonly name: string;
  readonly mayChange: boolean;
  readonly policy: PolicyFields;
  readonly rememberedCount: number;
}

export function ComputePolicyPage(props: ComputePolicyProps): VNode {
  const { frame, view, path, name, mayChange, policy, rememberedCount } = props;
  const scope = 'For this compute, on top of the account’s policy: the stricter of both holds.';
  return (
    <ConsolePage frame={frame} view={view} title={`Compute ${name}`}>
      <Panel
        id="policy"
        title="Logins and connections"
        lead={
          mayChange ? `${scope} After a change everybody is asked again.` : `${scope} Only an admin may change this.`
        }
      >
        <PolicyForm
          frame={frame}
          action={path}
          policy={policy}
          mayChange={mayChange}
          rememberedCount={rememberedCount}
        />
      </Panel>
    </ConsolePage>
  );
}
