// The overview of a project: how to connect, computes, live connections; its consumption.

import { z } from 'zod';
import type { ComputeRow } from '../../../../web/components/console/tables/compute-table.tsx';
import type { MenuItem } from '../../../../web/components/console/tables/kebab.tsx';
import { ConsumptionPage } from '../../../../web/pages/console/project/consumption-page.tsx';
import { OverviewPage } from '../../../../web/pages/console/project/overview-page.tsx';
import { type Account, findAccount } from '../../../catalogue/accounts/accounts.ts';
import { type Compute, shownName } from '../../../catalogue/projects/compute-rows.ts';
import { listComputes } from '../../../catalogue/projects/computes.ts';
import { listDatabases } from '../../../catalogue/projects/databases.ts';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { accountResource, may, requireMay } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import type { LiveConnectionRecord } from '../../../fleet/live-connection.ts';
import { type ConnectionId, idFrom } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { connectionRow, endAndGoBack } from '../shell/connection-rows.ts';
import { type Again, param, parseForm, queryText, sendConfirmation } from '../shell/console-call.ts';
import { historyView, usageFigures } from '../shell/consumption-view.ts';
import { belowProjectView, mayHere, type ProjectCall, projectView } from './open-project.ts';
import { projectPsqlLine } from './psql-line.ts';

export async function showOverview(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, request, response, project, branch, place, now } = call;
  const [computes, account, connections, [database]] = await Promise.all([
    listComputes(parts.catalogue, project.id),
    findAccount(parts.catalogue.db, project.accountId),
    connectionsHere(call),
    listDatabases(parts.catalogue.db, branch.id),
  ]);
  parts.renderer.send(request, response, OverviewPage, {
    view: projectView(call, 'overview', again ?? welcomeNotice(call, account)),
    project: {
      name: cleanForPage(project.name),
      id: project.id,
      pgVersion: project.pgVersion,
      label: project.label,
    },
    from: project.accountId === call.account.id ? null : cleanForPage(account?.name ?? 'somebody'),
    place,
    psqlCommand: projectPsqlLine(parts, { project, database: database?.name ?? null }),
    isLinkLoginOff: account?.passwordlessAccess === false,
    computes: computes.map((compute) => computeRow(call, compute)),
    mayAddCompute: mayHere(call, 'compute.create'),
    connections: connections.map((record) => connectionRow(record, `${place}/connections/${record.id}/end`)),
    connectionsOf: seesEverybody(call) ? 'everybody' : 'self',
    livePath: seesEverybody(call) ? `${call.base}/connections` : null,
    now,
  });
}

/** After the invitation to this project was accepted. */
function welcomeNotice(call: ProjectCall, owner: Account | null): Again | undefined {
  if (queryText(call, 'welcome') !== 'yes') return undefined;
  const from = owner === null ? '' : `, from ${cleanForPage(owner.name)}`;
  const title = `Welcome to ${cleanForPage(call.project.name)}${from}`;
  return { notice: { tone: 'good', title, text: 'Type the line below in a terminal to connect.' }, typed: {} };
}

function connectionsHere(call: ProjectCall) {
  const { parts, project, person } = call;
  const own = seesEverybody(call) ? {} : { userId: person.userId };
  return parts.liveConnections.list({ projectId: project.id, ...own });
}

function seesEverybody({ person, project }: ProjectCall): boolean {
  return may(person, 'account.read_connections', accountResource(project.accountId));
}

function computeRow(call: ProjectCall, compute: Compute): ComputeRow {
  const path = `${call.place}/computes/${compute.id}`;
  return {
    id: compute.id,
    name: cleanForPage(shownName(compute)),
    type: compute.type,
    state: compute.state,
    isDisabled: compute.isDisabled,
    linkLogin: compute.passwordlessAccess && compute.policy.linkLogin !== false ? 'on' : 'off',
    lastActiveAt: compute.lastActiveAt,
    startPath: compute.state === 'idle' && mayHere(call, 'compute.start') ? `${path}/start` : null,
    suspendPath: compute.state === 'active' && mayHere(call, 'compute.suspend') ? `${path}/suspend` : null,
    menu: computeMenu(call, compute, path),
  };
}

function computeMenu(call: ProjectCall, compute: Compute, path: string): MenuItem[] {
  const change: MenuItem = compute.passwordlessAccess
    ? { kind: 'link', label: 'Switch login by link off', href: `${path}/link-login`, tone: 'danger' }
    : { kind: 'post', label: 'Switch login by link on', action: `${path}/link-login`, fields: { link_login: 'on' } };
  return [
    // The switch cannot allow what the policy forbids.
    ...(mayHere(call, 'compute.change') && compute.policy.linkLogin !== false ? [change] : []),
    ...(mayHere(call, 'compute.read_policy')
      ? [{ kind: 'link', label: 'Logins and connections', href: `${path}/policy` } as const]
      : []),
    ...(mayHere(call, 'compute.delete')
      ? [{ kind: 'link', label: 'Delete compute', href: `${path}/delete`, tone: 'danger' } as const]
      : []),
  ];
}

export async function askEndConnection(call: ProjectCall, again?: Again): Promise<void> {
  const record = await requireConnection(call);
  const who = record.personEmail ?? record.requestedUser;
  sendConfirmation(call, {
    view: belowProjectView(call, 'End connection', again),
    title: `End the connection of ${cleanForPage(who)}?`,
    text: `It comes from ${record.address}. A running query is cut off and its transaction rolled back.`,
    button: 'End connection',
    cancelPath: call.place,
    reason: 'asked',
  });
}

export async function endProjectConnection(call: ProjectCall): Promise<void> {
  const record = await requireConnection(call);
  const { reason } = parseForm(call, z.object({ reason: z.string().trim().min(1, 'say why').max(200) }));
  const capacity = record.userId === call.person.userId ? 'owner' : 'overseer';
  await endAndGoBack(call, { connection: record, capacity, reason }, call.place);
}

/** Throws `not_found` when it is over or another project's, `forbidden` for another person's. */
async function requireConnection(call: ProjectCall): Promise<LiveConnectionRecord> {
  const { parts, project, person } = call;
  const record = await parts.liveConnections.find(idFrom<ConnectionId>(param(call, 'connectionId')));
  if (record?.projectId !== project.id) throw new PosternError('not_found', { params: { thing: 'connection' } });
  if (record.userId !== person.userId) {
    requireMay(person, 'account.end_connection', accountResource(project.accountId));
  }
  return record;
}

export async function showConsumption(call: ProjectCall): Promise<void> {
  const { parts, request, response, person, account, project, base, place } = call;
  requireMay(person, 'project.read_consumption', projectResource(parts.catalogue, project));
  const totals = (await parts.consumption.readBillingPeriod([project.id])).get(project.id) ?? null;
  const history = await historyView(call, { account, path: `${place}/consumption` }, async (range) => {
    const periods = await parts.consumption.readProjects(account.id, [project.id], range);
    return periods.get(project.id) ?? [];
  });
  parts.renderer.send(request, response, ConsumptionPage, {
    view: projectView(call, 'consumption'),
    figures: totals === null ? null : usageFigures(totals),
    history,
    billingPath: `${base}/billing`,
  });
}
