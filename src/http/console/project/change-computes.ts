// Changes computes of a project: start, suspend, allow or forbid links, add, delete, policy.

import { z } from 'zod';
import { ComputePolicyPage } from '../../../../web/pages/console/project/compute-policy-page.tsx';
import { NewComputePage } from '../../../../web/pages/console/project/new-compute-page.tsx';
import * as computes from '../../../actions/computes/change-compute.ts';
import {
  addHostedCompute,
  attachCompute,
  changeCompute,
  changeComputePolicy,
} from '../../../actions/computes/change-compute.ts';
import { countRemembered } from '../../../actions/people/remembered-approvals.ts';
import { shownName } from '../../../catalogue/projects/compute-rows.ts';
import { getCompute } from '../../../catalogue/projects/computes.ts';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { requireMay } from '../../../catalogue/rights/permissions.ts';
import { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { isSamePolicy, policyForm, policyFromForm, policySchema } from '../shell/policy-form.ts';
import { whoIsConnected } from '../shell/who-is-connected.ts';
import { belowProjectView, mayHere, type ProjectCall, whichCompute } from './open-project.ts';

export async function startCompute(call: ProjectCall): Promise<void> {
  await computes.startCompute(call.parts, call.context, whichCompute(call));
  goTo(call, call.place, 'compute_started');
}

export async function askSuspend(call: ProjectCall, again?: Again): Promise<void> {
  const compute = await requireCompute(call, 'compute.suspend');
  sendConfirmation(call, {
    view: belowProjectView(call, 'Suspend', again),
    title: `Suspend ${cleanForPage(shownName(compute))}?`,
    text: 'Its connections end now, with their queries. The next login wakes it.',
    touches: await whoIsConnected(call, { of: call.project.accountId, computeId: compute.id }),
    button: 'Suspend',
    cancelPath: call.place,
  });
}

export async function suspendCompute(call: ProjectCall): Promise<void> {
  await computes.suspendCompute(call.parts, call.context, whichCompute(call));
  goTo(call, call.place, 'compute_suspended');
}

const linkLoginSchema = z.object({ link_login: z.enum(['on', 'off']) });

/** Switching it on takes nothing away, so the menu does that at once. */
export async function askLinkLogin(call: ProjectCall, again?: Again): Promise<void> {
  const compute = await requireCompute(call, 'compute.change');
  sendConfirmation(call, {
    view: belowProjectView(call, 'Login by link', again),
    title: `Switch login by link off for ${cleanForPage(shownName(compute))}?`,
    text: 'People then need an access token or a role’s password. Connections made by link end now, and remembered approvals are forgotten.',
    touches: await whoIsConnected(call, { of: call.project.accountId, computeId: compute.id }),
    button: 'Switch off',
    cancelPath: call.place,
    fields: { link_login: 'off' },
  });
}

export async function switchLinkLogin(call: ProjectCall): Promise<void> {
  const { parts, context, place } = call;
  const { link_login } = parseForm(call, linkLoginSchema);
  const changes = { passwordlessAccess: link_login === 'on' };
  await changeCompute(parts, context, { ...whichCompute(call), changes });
  goTo(call, place, 'compute_changed');
}

const newComputeSchema = z.object({
  name: z.string().trim().max(256),
});

const newAddressSchema = newComputeSchema.extend({
  url: z.string().trim().max(2_048),
  type: z.enum(['read_write', 'read_only']),
  ca: z.string().trim().max(16_384).default(''),
});

export async function showNewCompute(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, request, response, person, project, place } = call;
  requireMay(person, 'compute.create', projectResource(parts.catalogue, project));
  parts.renderer.send(request, response, NewComputePage, {
    view: belowProjectView(call, 'Add compute', again),
    place,
    isHosted: project.creationSource === 'hosted',
    typed: again?.typed ?? {},
  });
}

export async function addCompute(call: ProjectCall): Promise<void> {
  if (call.project.creationSource === 'hosted') await addHostedReader(call);
  else await addAddress(call);
  goTo(call, call.place, 'compute_added');
}

/** A hosted project has one writing compute; further ones read the same databases. */
function addHostedReader(call: ProjectCall) {
  const { parts, context, project, branch } = call;
  const { name } = parseForm(call, newComputeSchema);
  return addHostedCompute(parts, context, {
    projectId: project.id,
    branchId: branch.id,
    name: name === '' ? null : name,
    type: 'read_only',
  });
}

function addAddress(call: ProjectCall) {
  const { parts, context, project } = call;
  const form = parseForm(call, newAddressSchema);
  return attachCompute(parts, context, {
    projectId: project.id,
    name: form.name === '' ? null : form.name,
    type: form.type,
    url: new Secret(form.url),
    readOnlyUrl: null,
    ca: form.ca === '' ? null : form.ca,
  });
}

export async function askDeleteCompute(call: ProjectCall, again?: Again): Promise<void> {
  const compute = await requireCompute(call, 'compute.delete');
  sendConfirmation(call, {
    view: belowProjectView(call, 'Delete compute', again),
    title: `Delete compute ${cleanForPage(shownName(compute))}?`,
    text: 'Connections through it end now, and its access tokens stop working. The databases stay as they are.',
    touches: await whoIsConnected(call, { of: call.project.accountId, computeId: compute.id }),
    button: 'Delete compute',
    cancelPath: call.place,
  });
}

export async function removeCompute(call: ProjectCall): Promise<void> {
  await computes.removeCompute(call.parts, call.context, whichCompute(call));
  goTo(call, call.place, 'compute_deleted');
}

export async function showComputePolicy(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, request, response } = call;
  const compute = await requireCompute(call, 'compute.read_policy');
  parts.renderer.send(request, response, ComputePolicyPage, {
    view: belowProjectView(call, 'Logins and connections', again),
    path: policyPath(call),
    name: cleanForPage(shownName(compute)),
    mayChange: mayHere(call, 'compute.change_policy'),
    policy: policyForm('compute', compute, again?.typed ?? null),
    rememberedCount: await countRemembered(parts, { computeId: compute.id }),
  });
}

export async function saveComputePolicy(call: ProjectCall): Promise<void> {
  const { parts, context } = call;
  const which = { ...whichCompute(call), action: 'compute.change_policy' } as const;
  const { compute } = await getCompute(parts.catalogue, context, which);
  const changed = policyFromForm({ of: 'compute', policy: compute.policy }, parseForm(call, policySchema));
  if (isSamePolicy('compute', compute, changed)) return goTo(call, policyPath(call), 'policy_same');
  await changeComputePolicy(parts, context, { ...which, ...changed });
  goTo(call, policyPath(call), 'policy_saved');
}

async function requireCompute(
  call: ProjectCall,
  action: 'compute.suspend' | 'compute.change' | 'compute.delete' | 'compute.read_policy',
) {
  const which = { ...whichCompute(call), action };
  return (await getCompute(call.parts.catalogue, call.context, which)).compute;
}

function policyPath(call: ProjectCall): string {
  return `${call.place}/computes/${whichCompute(call).computeId}/policy`;
}
