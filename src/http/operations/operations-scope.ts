// How far an operations page reaches: the whole installation for operators, one account for its
// overseers; and its frame. Lists use the scope's filter, all else its permissions.

import type { Request, Response } from 'express';
import type { ConsoleView, Link, Tab } from '../../../web/components/console/console-view.ts';
import type { Capacity } from '../../actions/connections/act-on-connections.ts';
import { pause } from '../../async/retry.ts';
import { actingBy, loadPersonActor } from '../../catalogue/rights/actors.ts';
import { type ActionOn, accountResource, INSTALLATION, may, requireMay } from '../../catalogue/rights/permissions.ts';
import type { Resource } from '../../catalogue/rights/resources.ts';
import { PosternError } from '../../errors.ts';
import { type LiveConnectionFilter, type LiveConnectionRecord, matchesFilter } from '../../fleet/live-connection.ts';
import { type AccountId, type ConnectionId, idFrom } from '../../ids.ts';
import {
  type AccountCall,
  type Again,
  type ConsoleCall,
  type ConsoleParts,
  openAccount,
  openCall,
  param,
} from '../console/shell/console-call.ts';
import { accountView, personView } from '../console/shell/open-console-view.ts';
import { REQUESTS_PATH } from '../console/shell/what-waits.ts';
import type { EventStreams } from '../request/event-streams.ts';
import type { FleetWatch } from './fleet-watch.ts';

export interface OperationsParts extends ConsoleParts {
  readonly watch: FleetWatch;
  readonly streams: EventStreams;
}

export type ScopedAction = 'read' | 'end' | 'cancel' | 'notify' | 'read_statement' | 'read_audit';

export interface OperationsScope {
  readonly resource: Resource;
  readonly accountId: AccountId | null;
  /** The right by which connections are ended, canceled and sent notices. */
  readonly capacity: Capacity;
  readonly filter: LiveConnectionFilter;
  readonly actions: Readonly<Record<ScopedAction, ActionOn<'installation' | 'account'>>>;
  readonly listPath: string;
  readonly connectionsPath: string;
  readonly auditPath: string;
}

export interface OperationsCall extends ConsoleCall {
  readonly scope: OperationsScope;
  readonly accountCall: AccountCall | null;
}

const OPERATORS_SCOPE: OperationsScope = {
  resource: INSTALLATION,
  accountId: null,
  capacity: 'operator',
  filter: {},
  actions: {
    read: 'ops.read',
    end: 'ops.end_connection',
    cancel: 'ops.cancel_query',
    notify: 'ops.send_notice',
    read_statement: 'ops.read_statement',
    read_audit: 'ops.read_audit',
  },
  listPath: '/ops',
  connectionsPath: '/ops/connections',
  auditPath: '/ops/audit',
};

/** Throws `not_signed_in`, and `forbidden` for anybody but operators. */
export async function openOperations(
  parts: ConsoleParts,
  request: Request,
  response: Response,
): Promise<OperationsCall> {
  const call = await openCall(parts, request, response);
  requireScoped({ person: call.person, scope: OPERATORS_SCOPE }, 'read');
  return { ...call, scope: OPERATORS_SCOPE, accountCall: null };
}

/** Throws `not_signed_in`, `not_found` for strangers and guests, `forbidden` for members. */
export async function openOversight(
  parts: ConsoleParts,
  request: Request,
  response: Response,
): Promise<OperationsCall> {
  const accountCall = await openAccount(parts, request, response);
  const { account, base, person } = accountCall;
  const scope: OperationsScope = {
    resource: accountResource(account.id),
    accountId: account.id,
    capacity: 'overseer',
    filter: { accountId: account.id },
    actions: {
      read: 'account.read_connections',
      end: 'account.end_connection',
      cancel: 'account.cancel_query',
      notify: 'account.send_notice',
      read_statement: 'account.read_statement',
      read_audit: 'account.read_audit',
    },
    listPath: `${base}/connections`,
    connectionsPath: `${base}/connections`,
    auditPath: `${base}/connections/audit`,
  };
  requireScoped({ person, scope }, 'read');
  return { ...accountCall, scope, accountCall };
}

export function requireScoped({ person, scope }: Pick<OperationsCall, 'person' | 'scope'>, action: ScopedAction): void {
  requireMay(person, scope.actions[action], scope.resource);
}

const RIGHTS_CHECKED_EVERY_MS = 2_000;

/** Resolves when the person may no longer do it, or the signal aborts. */
export async function whileAllowed(
  { parts, person, scope }: OperationsCall,
  action: ScopedAction,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(RIGHTS_CHECKED_EVERY_MS, signal);
    if (signal.aborted) return;
    const now = await loadPersonActor(parts.catalogue, person.userId).catch(() => null);
    const actor = now === null ? null : actingBy(now, person);
    if (actor === null || !may(actor, scope.actions[action], scope.resource)) return;
  }
}

/** Throws `not_found` when the connection is over or beyond the scope. */
export async function requireConnection(call: OperationsCall): Promise<LiveConnectionRecord> {
  const id = idFrom<ConnectionId>(param(call, 'connectionId'));
  const record = await call.parts.liveConnections.find(id);
  if (record === null || !matchesFilter(record, call.scope.filter)) {
    throw new PosternError('not_found', { params: { thing: 'connection' } });
  }
  return record;
}

/** Of these connections those that are still there; what is beyond the scope is left out. */
export async function findInScope(
  { parts, scope }: OperationsCall,
  ids: readonly ConnectionId[],
): Promise<LiveConnectionRecord[]> {
  return (await parts.liveConnections.findAll([...ids])).filter((record) => matchesFilter(record, scope.filter));
}

const OPERATORS_PAGES: readonly Link[] = [
  { label: 'Connections', href: '/ops' },
  { label: 'Over time', href: '/ops/history' },
  { label: 'Nodes', href: '/ops/nodes' },
  { label: 'Audit trail', href: '/ops/audit' },
  { label: 'People', href: '/ops/people' },
  { label: 'Requests', href: REQUESTS_PATH },
];

/** The tabs of operators; the page at `current` is open. */
export function operatorsTabs({ waiting }: Pick<ConsoleCall, 'waiting'>, current: string): Tab[] {
  return OPERATORS_PAGES.map((tab) => {
    const count = waiting.find(({ href }) => href === tab.href)?.count;
    return { ...tab, isCurrent: tab.href === current, ...(count === undefined ? {} : { count }) };
  });
}

/** `page` is the last breadcrumb; the list of connections itself has none. */
export function operationsView(call: OperationsCall, page: Link | null, again?: Again): ConsoleView {
  const crumbs = page === null ? [] : [page];
  if (call.accountCall !== null) {
    const view = accountView(call.accountCall, 'connections', again);
    return { ...view, crumbs: [...view.crumbs, ...crumbs] };
  }
  const href = page?.href ?? call.scope.listPath;
  return {
    ...personView(call, again),
    crumbs: [{ label: 'Operations', href: call.scope.listPath }, ...crumbs],
    tabs: operatorsTabs(call, href),
  };
}
