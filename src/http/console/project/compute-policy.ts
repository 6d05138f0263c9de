// The policy of a compute, which adds to its account's.

import { ComputePolicyPage } from '../../../../web/pages/console/project/compute-policy-page.tsx';
import { changeComputePolicy } from '../../../actions/computes/change-compute.ts';
import { shownName } from '../../../catalogue/projects/compute-rows.ts';
import { getCompute } from '../../../catalogue/projects/computes.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, parseForm } from '../shell/console-call.ts';
import { policyForm, policyFromForm, policySchema } from '../shell/policy-form.ts';
import { belowProjectView, mayHere, type ProjectCall, whichCompute } from './open-project.ts';

export async function showComputePolicy(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, context, request, response } = call;
  const which = { ...whichCompute(call), action: 'compute.read_policy' } as const;
  const { compute } = await getCompute(parts.catalogue, context, which);
  parts.renderer.send(request, response, ComputePolicyPage, {
    view: belowProjectView(call, 'Logins and connections', again),
    path: policyPath(call),
    name: cleanForPage(shownName(compute)),
    mayChange: mayHere(call, 'compute.change_policy'),
    policy: policyForm('compute', compute, again?.typed ?? null),
  });
}

export async function saveComputePolicy(call: ProjectCall): Promise<void> {
  const { parts, context } = call;
  const which = { ...whichCompute(call), action: 'compute.change_policy' } as const;
  const { compute } = await getCompute(parts.catalogue, context, which);
  const changed = policyFromForm({ of: 'compute', policy: compute.policy }, parseForm(call, policySchema));
  await changeComputePolicy(parts, context, { ...which, ...changed });
  goTo(call, policyPath(call), 'policy_saved');
}

function policyPath(call: ProjectCall): string {
  return `${call.place}/computes/${whichCompute(call).computeId}/policy`;
}
