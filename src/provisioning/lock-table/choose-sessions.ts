// Which sessions give way when a host's table of locks runs out. Pure.

/** A session of a tenant, and how much of the table it holds. */
export interface HoldingSession {
  readonly pid: number;
  /** The account: several of its projects are one tenant. */
  readonly tenant: string;
  readonly locks: number;
}

export interface LockTable {
  /** Locks that the server promises room for. */
  readonly capacity: number;
  /** What each session has in it by the server's own reckoning; a session within it never ends. */
  readonly ownShare: number;
}

/**
 * One session may hold most of the table while nobody needs it: pg_dump and migrations lock each of
 * thousands of tables. The last quarter is everybody's.
 */
export function mostHeld({ capacity }: LockTable): number {
  return Math.floor(capacity * 0.75);
}

/**
 * The largest session of whichever tenant holds the most, until the rest fits. Some session of a
 * full table is beyond its own share, since the table has one for each connection.
 */
export function chooseSessions<Session extends HoldingSession>(
  table: LockTable,
  { used, sessions }: { readonly used: number; readonly sessions: readonly Session[] },
): Session[] {
  const beyond = sessions.filter(({ locks }) => locks > table.ownShare).sort((one, other) => other.locks - one.locks);
  const held = new Map<string, number>();
  for (const { tenant, locks } of sessions) held.set(tenant, (held.get(tenant) ?? 0) + locks);
  const chosen: Session[] = [];
  for (let left = used; left > mostHeld(table) && beyond.length > 0; ) {
    const greediest = Math.max(...beyond.map(({ tenant }) => held.get(tenant) ?? 0));
    const place = beyond.findIndex(({ tenant }) => held.get(tenant) === greediest);
    const [session] = beyond.splice(place, 1);
    if (session === undefined) break;
    chosen.push(session);
    left -= session.locks;
    held.set(session.tenant, greediest - session.locks);
  }
  return chosen;
}
