// Ends the sessions that hold too much of a host's table of locks, tells whom it concerns, and
// keeps a project that does it again from coming back at once.

import { setTimeout as delay } from 'node:timers/promises';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { changeEvent, SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { ConnectionId, NodeId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { quoted } from '../../untrusted-text.ts';
import { chooseSessions } from './choose-sessions.ts';
import type { HeldLocks, LockKind, LockReader } from './lock-reader.ts';
import type { RefusedProjects } from './refused-projects.ts';
import { type ListedConnection, type OwnedSession, withOwners } from './session-owners.ts';

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

/** The client gets its last message from us if it is quick, else from Postgres. */
const LAST_MESSAGE_MS = 250;

/** Ends nobody but roles of projects. Returns how many sessions give way. */
export async function endSessions(parts: EndingParts, crowded: CrowdedTable): Promise<number> {
  const connections = await parts.liveConnections.list({ phase: 'relaying' }).catch(() => []);
  const sessions = await withOwners(parts, crowded, connections);
  const cancelled = await cancelOwnWork(parts, crowded);
  const used = crowded.used - cancelled.reduce((sum, { locks }) => sum + locks, 0);
  const chosen = chooseSessions(crowded.reader.tables[crowded.kind], { used, sessions });
  for (const [place, session] of chosen.entries()) {
    if (isLeftToOthers(parts, crowded, session)) continue;
    // Once for each look, whichever node ends it: the largest of the account that holds the most.
    const counts = place === 0 && holdsMost(session, { crowded, sessions }) ? 'counted' : 'not_counted';
    await endOne(parts, crowded, { session, connections, counts });
  }
  return cancelled.length + chosen.length;
}

/** First, since it is tried again by itself, and whoever caused it has no session to end. */
async function cancelOwnWork({ log }: EndingParts, { hostId, kind, reader, held }: CrowdedTable): Promise<HeldLocks[]> {
  const beyond = held.filter(({ work, locks }) => work !== null && locks > reader.tables[kind].ownShare);
  for (const { pid, work, locks } of beyond) {
    if (pid !== null) await reader.cancel(pid);
    const about = { host_id: hostId, work, upstream_pid: pid, kind, locks };
    const message = 'a statement of Postern that filled the table of locks of a host was cancelled';
    log.warn({ event: 'host.own_work_cancelled', ...about }, message);
  }
  return beyond;
}

/** Of all, also of those who are no project's and are not ended. */
function holdsMost(
  { tenant }: OwnedSession,
  { crowded, sessions }: { readonly crowded: CrowdedTable; readonly sessions: readonly OwnedSession[] },
): boolean {
  const own = sessions.reduce((sum, one) => sum + (one.tenant === tenant ? one.locks : 0), 0);
  const owned = new Set(sessions.map(({ pid }) => pid));
  return crowded.held.every(({ pid, locks }) => (pid !== null && owned.has(pid)) || locks <= own);
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

interface Ending {
  readonly session: OwnedSession;
  readonly connections: readonly ListedConnection[];
  /** Whether it counts towards the refusal of its project. */
  readonly counts: 'counted' | 'not_counted';
}

async function endOne(
  parts: EndingParts,
  { hostId, kind, reader }: CrowdedTable,
  { session, connections, counts }: Ending,
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
  const refusedMs = counts === 'counted' ? await parts.refused.countFilled(projectId) : 0;
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
  const facts = {
    host_id: hostId,
    account_id: accountId,
    project_id: projectId,
    database_role: role,
    upstream_pid: pid,
    kind,
    locks,
  };
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
