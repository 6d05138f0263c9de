// How far an operations page reaches: the whole installation for operators, one account for its
// overseers. Lists use the scope's filter, everything else the scope's permissions.

import type { Request, Response } from 'express';
import type { Capacity } from '../../actions/connections/act-on-connections.ts';
import {
  type ActionOn,
  accountResource,
  INSTALLATION,
  type Resource,
  requireMay,
} from '../../catalogue/rights/permissions.ts';
import { PosternError } from '../../errors.ts';
import { type LiveConnectionFilter, type LiveConnectionRecord, matchesFilter } from '../../fleet/live-connection.ts';
import { type AccountId, type ConnectionId, idFrom } from '../../ids.ts';
import {
  type AccountCall,
  type ConsoleCall,
  type ConsoleParts,
  openAccount,
  openCall,
  param,
} from '../console/shell/console-call.ts';
import type { EventStreams } from '../request/event-streams.ts';
import type { FleetWatch } from './fleet-watch.ts';

export interface OperationsParts extends ConsoleParts {
  readonly watch: FleetWatch;
  readonly streams: EventStreams;
}

export type ScopedAction = 'read' | 'end' | 'cancel' | 'notify' | 'read_audit';

export interface OperationsScope {
  readonly resource: Resource;
  /** Null for the whole installation. */
  readonly accountId: AccountId | null;
  /** The right by which connections are ended, canceled and sent notices. */
  readonly capacity: Capacity;
  readonly filter: LiveConnectionFilter;
  readonly actions: Readonly<Record<ScopedAction, ActionOn<'installation' | 'account'>>>;
  /** Paths of the list, of a connection without its id, and of the audit trail. */
  readonly listPath: string;
  readonly connectionsPath: string;
  readonly auditPath: string;
}

export interface OperationsCall extends ConsoleCall {
  readonly scope: OperationsScope;
  /** Null on an operator's pages. */
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
      read_audit: 'account.read_audit',
    },
    listPath: `${base}/connections`,
    connectionsPath: `${base}/connections`,
    auditPath: `${base}/connections/audit`,
  };
  requireScoped({ person, scope }, 'read');
  return { ...accountCall, scope, accountCall };
}

/** Throws `forbidden`, `not_found`. */
export function requireScoped({ person, scope }: Pick<OperationsCall, 'person' | 'scope'>, action: ScopedAction): void {
  requireMay(person, scope.actions[action], scope.resource);
}

/**
 * The connection that the path names, if it is within the scope. Throws `not_found` otherwise, or
 * when it is over.
 */
export async function requireConnection(call: OperationsCall): Promise<LiveConnectionRecord> {
  const id = idFrom<ConnectionId>(param(call, 'connectionId'));
  const record = await call.parts.liveConnections.find(id);
  if (record === null || !matchesFilter(record, call.scope.filter)) {
    throw new PosternError('not_found', { params: { thing: 'connection' } });
  }
  return record;
}
