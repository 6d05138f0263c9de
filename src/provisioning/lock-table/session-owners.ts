// Whose the sessions are that hold locks on a host.

import { setTimeout as delay } from 'node:timers/promises';
import { findOwnersOfRoles, type RoleOwner } from '../../catalogue/projects/database-role-rows.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { AccountId, ComputeId, ConnectionId, NodeId, ProjectId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import type { HoldingSession } from './choose-sessions.ts';
import type { HeldLocks } from './lock-reader.ts';

/** A connection through Postern, as the fleet lists it. */
export interface ListedConnection {
  readonly id: ConnectionId;
  readonly nodeId: NodeId;
  readonly accountId: AccountId | null;
  readonly projectId: ProjectId | null;
  readonly computeId: ComputeId | null;
  readonly databaseRole: string | null;
  readonly upstreamPid: number | null;
}

export interface OwnedSession extends HoldingSession {
  readonly role: string;
  readonly owner: RoleOwner;
  readonly connection: ListedConnection | null;
}

const OWNERS_LIMIT_MS = 1_000;

/**
 * By the fleet's word where the catalogue, which may lie on the same server, does not answer. NOTE:
 * not the other way round, since pids are what an upstream says they are.
 */
export async function withOwners(
  { catalogue, log }: { readonly catalogue: Catalogue; readonly log: Log },
  { hostId, held }: { readonly hostId: string; readonly held: readonly HeldLocks[] },
  connections: readonly ListedConnection[],
): Promise<OwnedSession[]> {
  const names = [...new Set(held.flatMap(({ role }) => role ?? []))];
  const asked = findOwnersOfRoles(catalogue.db, { hostId, names }).catch((error: unknown) => {
    log.warn({ event: 'host.lock_owners_unknown', err: error, host_id: hostId }, 'could not ask whose the locks are');
    return [];
  });
  const known = await Promise.race([asked, delay(OWNERS_LIMIT_MS, [])]);
  return held.flatMap(({ pid, role, locks }) => {
    if (pid === null || role === null) return [];
    const named = known.find((one) => one.role === role) ?? null;
    const connection = connections.find((one) => isOf(one, { pid, role, named })) ?? null;
    const owner = named ?? ownerOf(connection);
    return owner === null ? [] : [{ pid, role, locks, owner, connection, tenant: owner.accountId }];
  });
}

function isOf(
  { upstreamPid, databaseRole, projectId }: ListedConnection,
  { pid, role, named }: { readonly pid: number; readonly role: string; readonly named: RoleOwner | null },
): boolean {
  return upstreamPid === pid && databaseRole === role && (named === null || named.projectId === projectId);
}

function ownerOf(connection: ListedConnection | null): RoleOwner | null {
  if (connection === null) return null;
  const { accountId, projectId, databaseRole: role } = connection;
  return accountId === null || projectId === null || role === null ? null : { accountId, projectId, role };
}
