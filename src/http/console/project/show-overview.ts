// The overview of a project: how to connect, computes, live connections.

import type { ComputeRow } from '../../../../web/components/console/tables/compute-table.tsx';
import type { MenuItem } from '../../../../web/components/console/tables/kebab.tsx';
import { OverviewPage } from '../../../../web/pages/console/project/overview-page.tsx';
import { findAccount } from '../../../catalogue/accounts/accounts.ts';
import { type Compute, shownName } from '../../../catalogue/projects/compute-rows.ts';
import { listComputes } from '../../../catalogue/projects/computes.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { psqlCommand } from '../../../config/public-address.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { connectionRow } from '../shell/connection-rows.ts';
import type { Again } from '../shell/console-call.ts';
import { mayHere, type ProjectCall, projectView } from './open-project.ts';

export async function showOverview(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, request, response, project, place, now } = call;
  const [computes, account, connections] = await Promise.all([
    listComputes(parts.catalogue, project.id),
    findAccount(parts.catalogue.db, project.accountId),
    connectionsHere(call),
  ]);
  parts.renderer.send(request, response, OverviewPage, {
    view: projectView(call, 'overview', again),
    project: { name: cleanForPage(project.name), id: project.id, pgVersion: project.pgVersion },
    place,
    psqlCommand: psqlCommand(parts.config, parts.address),
    isLinkLoginOff: account?.passwordlessAccess === false,
    computes: computes.map((compute) => computeRow(call, compute)),
    mayAddCompute: mayHere(call, 'compute.create'),
    connections: connections.map((record) => connectionRow(record, `${place}/connections/${record.id}/end`)),
    connectionsOf: seesEverybody(call) ? 'everybody' : 'self',
    livePath: seesEverybody(call) ? `${call.base}/connections` : null,
    now,
  });
}

/** All connections for people who oversee the account, else the person's own. */
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
    ? { kind: 'post', label: 'Switch login by link off', action: `${path}/link-login`, fields: { link_login: 'off' } }
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
