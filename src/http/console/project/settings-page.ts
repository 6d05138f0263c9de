// Settings of a project: rename, label, move to another account, delete.

import { z } from 'zod';
import { ProjectSettingsPage } from '../../../../web/pages/console/project/project-settings-page.tsx';
import * as projects from '../../../actions/projects/change-project.ts';
import { changeProject, transferProjects } from '../../../actions/projects/change-project.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { PROJECT_LABELS } from '../../../catalogue/tables/project-labels.ts';
import { PosternError } from '../../../errors.ts';
import { type AccountId, idFrom } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, parseForm, queryText, sendConfirmation } from '../shell/console-call.ts';
import { offerReset, remarkPasswords, resetChoice } from '../shell/known-secrets.ts';
import { whoIsConnected } from '../shell/who-is-connected.ts';
import { belowProjectView, mayHere, type ProjectCall, projectView } from './open-project.ts';

export async function showProjectSettings(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, request, response, project, account, accounts, person, place } = call;
  const destinations = accounts.filter(
    ({ id }) => id !== project.accountId && may(person, 'projects.receive', accountResource(id)),
  );
  parts.renderer.send(request, response, ProjectSettingsPage, {
    view: projectView(call, 'settings', again),
    place,
    name: again?.typed.name ?? project.name,
    projectId: project.id,
    mayRename: mayHere(call, 'project.change'),
    label: z.enum(PROJECT_LABELS).catch(project.label).parse(again?.typed.label),
    mayLabel: mayHere(call, 'project.label'),
    mayDelete: mayHere(call, 'project.delete'),
    mayLeave: mayHere(call, 'project.leave'),
    isOrganization: account.kind === 'organization' || project.accountId !== account.id,
    destinations: mayHere(call, 'project.transfer')
      ? destinations.map(({ id, name }) => ({ value: id, label: cleanForPage(name) }))
      : [],
  });
}

export async function renameProject(call: ProjectCall): Promise<void> {
  const { parts, context, project, place } = call;
  const { name } = parseForm(call, z.object({ name: z.string().max(256) }));
  await changeProject(parts, context, { projectId: project.id, changes: { name } });
  goTo(call, `${place}/settings`, {
    code: 'project_renamed',
    title: `Renamed to ${cleanForPage(name.trim())}`,
    undo: { action: `${place}/settings`, fields: { name: project.name } },
  });
}

export async function labelProject(call: ProjectCall): Promise<void> {
  const { parts, context, project, place } = call;
  const { label } = parseForm(call, z.object({ label: z.enum(PROJECT_LABELS) }));
  await changeProject(parts, context, { projectId: project.id, changes: { label } });
  goTo(call, `${place}/settings`, 'project_labelled');
}

export async function askTransfer(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, context, project, accounts, place } = call;
  await getProject(parts.catalogue, context, { projectId: project.id, action: 'project.transfer' });
  const wanted = again?.typed.account_id ?? queryText(call, 'account_id');
  const destination = accounts.find(({ id }) => id === wanted);
  if (destination === undefined || wanted === project.accountId) return goTo(call, `${place}/settings`);
  sendConfirmation(call, {
    view: belowProjectView(call, 'Transfer', again),
    title: `Transfer ${cleanForPage(project.name)} to ${cleanForPage(destination.name)}?`,
    text: 'People who aren’t part of the new account lose access. The project’s API keys and the account’s access tokens for it stop working.',
    touches: await whoIsConnected(call, { of: project.accountId, projectId: project.id }),
    button: 'Transfer project',
    cancelPath: `${place}/settings`,
    fields: { account_id: destination.id },
    also: await offerReset(call, { projectIds: [project.id] }),
  });
}

/** Ends connections of people who lose the project by the move; checks others again. */
export async function transferProject(call: ProjectCall): Promise<void> {
  const { parts, context, project, accounts } = call;
  const { account_id } = parseForm(call, z.object({ account_id: z.string().max(64) }));
  const destination = accounts.find(({ id }) => id === account_id);
  if (destination === undefined) throw new PosternError('transfer_destination');
  const outcome = await transferProjects(parts, context, {
    sourceAccountId: project.accountId,
    destinationAccountId: idFrom<AccountId>(destination.id),
    projectIds: [project.id],
    ...resetChoice(call),
  });
  if (outcome.kind === 'over_limits') {
    const [limit] = outcome.limits;
    const params = { account: cleanForPage(destination.name), limit: String(limit?.expected ?? 'fewer') };
    throw new PosternError('destination_gated', { params });
  }
  remarkPasswords(call, outcome.knownPasswords);
  goTo(call, `/app/${destination.id}/projects/${project.id}`, 'project_transferred');
}

export async function askDeleteProject(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, context, project, place } = call;
  await getProject(parts.catalogue, context, { projectId: project.id, action: 'project.delete' });
  const name = cleanForPage(project.name);
  const isHosted = project.creationSource === 'hosted';
  sendConfirmation(call, {
    view: belowProjectView(call, 'Delete project', again),
    title: `Delete project ${name}?`,
    text: isHosted
      ? 'Its databases and all their data are gone for good, and everybody’s connections end now.'
      : 'Everybody’s connections through it end now. The attached Postgres and its data stay as they are.',
    button: 'Delete project',
    touches: await whoIsConnected(call, { of: project.accountId, projectId: project.id }),
    cancelPath: `${place}/settings`,
    typeName: name,
    typed: again?.typed.name,
  });
}

export async function deleteProject(call: ProjectCall): Promise<void> {
  const { parts, context, project, base } = call;
  // Permission before the typed name, so that the refusal names the permission.
  await getProject(parts.catalogue, context, { projectId: project.id, action: 'project.delete' });
  const { name } = parseForm(call, z.object({ name: z.string().max(256) }));
  if (name.trim() !== cleanForPage(project.name)) {
    throw new PosternError('name_mismatch');
  }
  await projects.deleteProject(parts, context, project.id);
  const what = project.creationSource === 'hosted' ? ' and its databases' : '';
  goTo(call, `${base}/projects`, { code: 'project_deleted', title: `Deleted ${cleanForPage(project.name)}${what}` });
}
