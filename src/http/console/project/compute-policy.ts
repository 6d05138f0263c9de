// The policy of a compute, which adds to its account's.

import { ComputePolicyPage } from '../../../../web/pages/console/project/compute-policy-page.tsx';
import { changeComputePolicy } from '../../../actions/computes/change-compute.ts';
import { shownName } from '../../../catalogue/projects/compute-rows.ts';
import { getCompute } from '../../../catalogue/projects/computes.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import { policyForm, policyFromForm, policySchema } from '../shell/policy-form.ts';
import { belowProjectView, mayHere, type ProjectVisit, whichCompute } from './open-project.ts';

export async function showComputePolicy(visit: ProjectVisit, again?: Again): Promise<void> {
  const { parts, context, request, response } = visit;
  const which = { ...whichCompute(visit), action: 'compute.read_policy' } as const;
  const { compute } = await getCompute(parts.catalogue, context, which);
  parts.renderer.send(request, response, ComputePolicyPage, {
    view: belowProjectView(visit, 'Logins and connections', again),
    path: policyPath(visit),
    name: cleanForPage(shownName(compute)),
    mayChange: mayHere(visit, 'compute.change_policy'),
    policy: policyForm('compute', compute, again?.typed ?? null),
  });
}

export async function saveComputePolicy(visit: ProjectVisit): Promise<void> {
  const { parts, context } = visit;
  const which = { ...whichCompute(visit), action: 'compute.change_policy' } as const;
  const { compute } = await getCompute(parts.catalogue, context, which);
  const changed = policyFromForm({ of: 'compute', policy: compute.policy }, parseForm(visit, policySchema));
  await changeComputePolicy(parts, context, { ...which, ...changed });
  goTo(visit, done(policyPath(visit), 'policy_saved'));
}

function policyPath(visit: ProjectVisit): string {
  return `${visit.place}/computes/${whichCompute(visit).computeId}/policy`;
}
