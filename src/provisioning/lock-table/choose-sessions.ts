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
  /** What each session has in it by the server's own reckoning; no account within it loses one. */
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
 * Of the account that holds the most in all of its sessions, small ones too, the largest; then
 * again, until the rest fits. So nobody loses a session while another account holds more.
 */
export function chooseSessions<Session extends HoldingSession>(
  table: LockTable,
  { used, sessions }: { readonly used: number; readonly sessions: readonly Session[] },
): Session[] {
  const tenants = tenantsOf(sessions);
  const chosen: Session[] = [];
  for (let left = used; left > mostHeld(table); ) {
    const greediest = tenants.reduce((most, one) => (one.held > most.held ? one : most), NOBODY);
    const session = greediest.held > table.ownShare ? greediest.sessions.shift() : undefined;
    if (session === undefined) break;
    chosen.push(session);
    left -= session.locks;
    greediest.held -= session.locks;
  }
  return chosen;
}

interface Tenant<Session> {
  held: number;
  /** The largest first. */
  readonly sessions: Session[];
}

const NOBODY = { held: 0, sessions: [] };

function tenantsOf<Session extends HoldingSession>(sessions: readonly Session[]): Tenant<Session>[] {
  const tenants = new Map<string, Tenant<Session>>();
  for (const session of [...sessions].sort((one, other) => other.locks - one.locks)) {
    const tenant = tenants.get(session.tenant) ?? { held: 0, sessions: [] };
    tenants.set(session.tenant, tenant);
    tenant.sessions.push(session);
    tenant.held += session.locks;
  }
  return [...tenants.values()];
}
