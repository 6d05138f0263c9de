// Ends the sessions that hold too much of a host's table of locks, tells whom it concerns, and
// keeps a project that does it again from coming back at once.

import { setTimeout as delay } from 'node:timers/promises';
import { findOwnersOfRoles, type RoleOwner } from '../../catalogue/projects/database-role-rows.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { changeEvent, SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { AccountId, ComputeId, ConnectionId, NodeId, ProjectId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { quoted } from '../../untrusted-text.ts';
import { chooseSessions, type HoldingSession } from './choose-sessions.ts';
import type { HeldLocks, LockKind, LockReader } from './lock-reader.ts';
import type { RefusedProjects } from './refused-projects.ts';

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

export interface EndingParts {
  readonly catalogue: Catalogue;
  readonly log: Log;
  readonly liveConnections: {
    list(filter: { readonly phase: 'relaying' }): Promise<readonly ListedConnection[]>;
    end(
      connection: { readonly id: ConnectionId; readonly nodeId: NodeId },
      why: { readonly reason: string; readonly by: string },
    ): Promise<unknown>;
  };
  readonly auditTrail: { record(event: AuditEventInput): void };
  readonly refused: RefusedProjects;
}

interface CrowdedTable {
  readonly hostId: string;
  readonly kind: LockKind;
  readonly reader: LockReader;
  readonly used: number;
  readonly held: readonly HeldLocks[];
  /** Sessions that were left to another node, kept from one look to the next. */
  readonly left: Set<number>;
}

interface OwnedSession extends HoldingSession {
  readonly role: string;
  readonly owner: RoleOwner;
  readonly connection: ListedConnection | null;
}

/** The client gets its last message from us if it is quick, else from Postgres. */
const LAST_MESSAGE_MS = 250;
const OWNERS_LIMIT_MS = 1_000;

/** Ends nobody but roles of projects. Returns how many sessions give way. */
export async function endSessions(parts: EndingParts, crowded: CrowdedTable): Promise<number> {
  const connections = await parts.liveConnections.list({ phase: 'relaying' }).catch(() => []);
  const sessions = await withOwners(parts, crowded, connections);
  const chosen = chooseSessions(crowded.reader.tables[crowded.kind], { used: crowded.used, sessions });
  for (const session of chosen) {
    if (isLeftToOthers(parts, crowded, session)) continue;
    await endOne(parts, crowded, { session, connections });
  }
  return chosen.length;
}

/** Once: each of two nodes would count it. One that is still there next time has no other node. */
function isLeftToOthers(
  { catalogue }: EndingParts,
  { left }: CrowdedTable,
  { pid, connection }: OwnedSession,
): boolean {
  if (connection === null || connection.nodeId === catalogue.nodeId || left.has(pid)) return false;
  left.add(pid);
  return true;
}

/**
 * By the fleet's word where the catalogue, which may lie on the same server, does not answer. NOTE:
 * not the other way round, since pids are what an upstream says they are.
 */
async function withOwners(
  { catalogue, log }: EndingParts,
  { hostId, held }: CrowdedTable,
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

async function endOne(
  parts: EndingParts,
  { hostId, kind, reader }: CrowdedTable,
  { session, connections }: { readonly session: OwnedSession; readonly connections: readonly ListedConnection[] },
): Promise<void> {
  const { pid, role, locks, owner, connection } = session;
  const { projectId } = owner;
  const reason = `it held ${locks} locks, and all projects of its server have room for ${reader.tables[kind].capacity}`;
  const end = async (ended: readonly ListedConnection[]) => {
    const telling = ended.map((one) => parts.liveConnections.end(one, { reason, by: 'postern' }));
    await Promise.race([Promise.allSettled(telling), delay(LAST_MESSAGE_MS)]);
  };
  if (connection !== null) await end([connection]);
  await reader.end(pid);
  const refusedMs = await parts.refused.countFilled(projectId);
  if (refusedMs > 0) {
    const others = connections.filter((one) => one.projectId === projectId && one !== connection);
    await end(others);
    await reader.endSessionsOf([...new Set([role, ...others.flatMap(({ databaseRole }) => databaseRole ?? [])])]);
  }
  record(parts, { hostId, kind, reason, session, refusedMs });
}

interface Ended {
  readonly hostId: string;
  readonly kind: LockKind;
  readonly reason: string;
  readonly session: OwnedSession;
  readonly refusedMs: number;
}

function record(
  { catalogue, auditTrail, log }: EndingParts,
  { hostId, kind, reason, session, refusedMs }: Ended,
): void {
  const { pid, role, locks, owner, connection } = session;
  const { projectId, accountId } = owner;
  const facts = { host_id: hostId, project_id: projectId, database_role: role, upstream_pid: pid, kind, locks };
  log.warn(
    { event: 'host.lock_table_relieved', ...facts, refused_ms: refusedMs },
    'a session that filled the table of locks of a host was ended',
  );
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, {
    event: 'connection.cut_off',
    accountId,
    projectId,
    computeId: connection?.computeId ?? null,
    connectionId: connection?.id ?? null,
    upstreamPid: pid,
    databaseRole: role,
    subject: `a session of role ${quoted(role)}`,
    reason,
  });
  auditTrail.record(event);
}
