// Changes computes of a project: start, suspend, allow or forbid links, add, delete.

import { z } from 'zod';
import { NewComputePage } from '../../../../web/pages/console/project/new-compute-page.tsx';
import { addHostedCompute, attachCompute } from '../../../actions/computes/add-compute.ts';
import { changeCompute } from '../../../actions/computes/change-compute.ts';
import * as computes from '../../../actions/computes/remove-compute.ts';
import * as power from '../../../actions/computes/start-and-suspend-compute.ts';
import { shownName } from '../../../catalogue/projects/compute-rows.ts';
import { getCompute } from '../../../catalogue/projects/computes.ts';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { requireMay } from '../../../catalogue/rights/permissions.ts';
import { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import { sendConfirmation } from '../shell/visit.ts';
import { belowProjectView, type ProjectVisit, whichCompute } from './open-project.ts';

export async function startCompute(visit: ProjectVisit): Promise<void> {
  await power.startCompute(visit.parts, visit.context, whichCompute(visit));
  goTo(visit, done(visit.place, 'compute_started'));
}

export async function suspendCompute(visit: ProjectVisit): Promise<void> {
  await power.suspendCompute(visit.parts, visit.context, whichCompute(visit));
  goTo(visit, done(visit.place, 'compute_suspended'));
}

export async function switchLinkLogin(visit: ProjectVisit): Promise<void> {
  const { parts, context, place } = visit;
  const { link_login } = parseForm(visit, z.object({ link_login: z.enum(['on', 'off']) }));
  const changes = { passwordlessAccess: link_login === 'on' };
  await changeCompute(parts, context, { ...whichCompute(visit), changes });
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
  if (visit.project.creationSource === 'hosted') await addHostedReader(visit);
  else await addAddress(visit);
  goTo(visit, done(visit.place, 'compute_added'));
}

/** A hosted project has one writing compute; further ones read the same databases. */
function addHostedReader(visit: ProjectVisit) {
  const { parts, context, project, branch } = visit;
  const { name } = parseForm(visit, newComputeSchema);
  return addHostedCompute(parts, context, {
    projectId: project.id,
    branchId: branch.id,
    name: name === '' ? null : name,
    type: 'read_only',
  });
}

function addAddress(visit: ProjectVisit) {
  const { parts, context, project } = visit;
  const form = parseForm(visit, newAddressSchema);
  return attachCompute(parts, context, {
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
  await computes.removeCompute(visit.parts, visit.context, whichCompute(visit));
  goTo(visit, done(visit.place, 'compute_deleted'));
}
