// What can be done to a project's computes: start, suspend, open or close them to links, add one, delete one.

import { z } from 'zod';
import { NewComputePage } from '../../../../web/pages/console/project/new-compute-page.tsx';
import { endAccess } from '../../../actions/end-access.ts';
import { suspendComputeFor } from '../../../actions/suspend-compute.ts';
import { shownName } from '../../../catalogue/projects/compute-rows.ts';
import { changeCompute, getCompute } from '../../../catalogue/projects/computes.ts';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { requireMay } from '../../../catalogue/rights/permissions.ts';
import { endWhatPolicyForbids } from '../../../login/grant/end-what-policy-forbids.ts';
import { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { sendConfirmation } from '../shell/confirm.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import { asOperation, belowProjectView, type ProjectVisit, whichCompute } from './open-project.ts';

export async function startCompute(visit: ProjectVisit): Promise<void> {
  const { parts, context } = visit;
  const which = whichCompute(visit);
  const operation = { action: 'start_compute', computeId: which.computeId } as const;
  await asOperation(visit, operation, () => parts.provisioning.startCompute(context, which));
  goTo(visit, done(visit.place, 'compute_started'));
}

export async function suspendCompute(visit: ProjectVisit): Promise<void> {
  const { parts, context } = visit;
  const which = whichCompute(visit);
  const operation = { action: 'suspend_compute', computeId: which.computeId } as const;
  await asOperation(visit, operation, () => suspendComputeFor(parts, context, which));
  goTo(visit, done(visit.place, 'compute_suspended'));
}

/** Closing it to links ends what came by link. */
export async function switchLinkLogin(visit: ProjectVisit): Promise<void> {
  const { parts, context, place } = visit;
  const { link_login } = parseForm(visit, z.object({ link_login: z.enum(['on', 'off']) }));
  const which = whichCompute(visit);
  await changeCompute(parts.catalogue, context, { ...which, changes: { passwordlessAccess: link_login === 'on' } });
  if (link_login === 'off') await endWhatPolicyForbids(parts, { computeId: which.computeId });
  goTo(visit, done(place, 'compute_changed'));
}

const newComputeSchema = z.object({
  name: z.string().trim().max(256),
});

const newAddressSchema = newComputeSchema.extend({
  url: z.string().trim().max(2_048),
  type: z.enum(['read_write', 'read_only']),
  ca: z.string().trim().max(16_384).default(''),
});

export async function showNewCompute(visit: ProjectVisit, again?: Again): Promise<void> {
  const { parts, request, response, person, project, place } = visit;
  requireMay(person, 'compute.create', projectResource(parts.catalogue, project));
  parts.renderer.send(request, response, NewComputePage, {
    view: belowProjectView(visit, 'Add compute', again),
    place,
    isHosted: project.creationSource === 'hosted',
    typed: again?.typed ?? {},
  });
}

export async function addCompute(visit: ProjectVisit): Promise<void> {
  await asOperation(visit, { action: 'create_compute' }, () =>
    visit.project.creationSource === 'hosted' ? addHostedReader(visit) : addAddress(visit),
  );
  goTo(visit, done(visit.place, 'compute_added'));
}

/** On the host there is one compute that writes; further ones read the same databases. */
function addHostedReader(visit: ProjectVisit) {
  const { parts, context, project, branch } = visit;
  const { name } = parseForm(visit, newComputeSchema);
  return parts.provisioning.addHostedCompute(context, {
    projectId: project.id,
    branchId: branch.id,
    name: name === '' ? null : name,
    type: 'read_only',
  });
}

function addAddress(visit: ProjectVisit) {
  const { parts, context, project } = visit;
  const form = parseForm(visit, newAddressSchema);
  return parts.provisioning.addCompute(context, {
    projectId: project.id,
    name: form.name === '' ? null : form.name,
    type: form.type,
    url: new Secret(form.url),
    readOnlyUrl: null,
    ca: form.ca === '' ? null : form.ca,
  });
}

export async function askDeleteCompute(visit: ProjectVisit, again?: Again): Promise<void> {
  const which = { ...whichCompute(visit), action: 'compute.delete' } as const;
  const { compute } = await getCompute(visit.parts.catalogue, visit.context, which);
  sendConfirmation(visit, {
    view: belowProjectView(visit, 'Delete compute', again),
    title: `Delete compute ${cleanForPage(shownName(compute))}?`,
    text: 'Connections through it end now, and its access tokens stop working. The databases stay as they are.',
    button: 'Delete compute',
    cancelPath: visit.place,
  });
}

export async function removeCompute(visit: ProjectVisit): Promise<void> {
  const which = whichCompute(visit);
  await visit.parts.provisioning.removeCompute(visit.context, which);
  await endAccess(visit.parts, { computeId: which.computeId });
  goTo(visit, done(visit.place, 'compute_deleted'));
}
