// How far an operations page reaches: the whole installation for operators, one account for who
// oversees it. Every list is asked for with the scope's filter, everything else with the scope's
// permission.

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
import type { ConsoleParts } from '../console/shell/console-parts.ts';
import { type AccountVisit, openAccount, openVisit, param, type Visit } from '../console/shell/visit.ts';

export type ScopedAction = 'read' | 'end' | 'cancel' | 'notify' | 'read_audit';

export interface OpsScope {
  readonly resource: Resource;
  /** Null for the whole installation. */
  readonly accountId: AccountId | null;
  /** By which right connections are ended, canceled and sent notices. */
  readonly capacity: Capacity;
  readonly filter: LiveConnectionFilter;
  readonly actions: Readonly<Record<ScopedAction, ActionOn<'installation' | 'account'>>>;
  /** Paths: the list, what stands before a connection's id, the audit trail. */
  readonly listPath: string;
  readonly connectionsPath: string;
  readonly auditPath: string;
}

export interface OpsVisit extends Visit {
  readonly scope: OpsScope;
  /** Null on an operator's pages. */
  readonly accountVisit: AccountVisit | null;
}

const OPERATORS_SCOPE: OpsScope = {
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

/** Throws `not_signed_in`, and `forbidden` for who is no operator. */
export async function openOperations(parts: ConsoleParts, request: Request, response: Response): Promise<OpsVisit> {
  const visit = await openVisit(parts, request, response);
  requireScoped({ person: visit.person, scope: OPERATORS_SCOPE }, 'read');
  return { ...visit, scope: OPERATORS_SCOPE, accountVisit: null };
}

/** Throws `not_signed_in`, `not_found` for strangers and guests, `forbidden` for members. */
export async function openOversight(parts: ConsoleParts, request: Request, response: Response): Promise<OpsVisit> {
  const accountVisit = await openAccount(parts, request, response);
  const { account, base, person } = accountVisit;
  const scope: OpsScope = {
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
  return { ...accountVisit, scope, accountVisit };
}

/** Throws `forbidden`, `not_found`. */
export function requireScoped({ person, scope }: Pick<OpsVisit, 'person' | 'scope'>, action: ScopedAction): void {
  requireMay(person, scope.actions[action], scope.resource);
}

/**
 * The connection that the path names, if it is within the scope. Throws `not_found` otherwise, or
 * when it is over.
 */
export async function requireConnection(visit: OpsVisit): Promise<LiveConnectionRecord> {
  const id = idFrom<ConnectionId>(param(visit, 'connectionId'));
  const record = await visit.parts.liveConnections.find(id);
  if (record === null || !matchesFilter(record, visit.scope.filter)) {
    throw new PosternError('not_found', { params: { thing: 'connection' } });
  }
  return record;
}
