// How many of a host's connections one project may hold, so that none takes all of them.

import type { HostPool } from './host-connection.ts';

/** Of the connections that are not reserved. */
const SHARES = 4;
const SMALLEST_SHARE = 5;
/** A server takes no other limit without a restart. */
const ASK_EVERY_MS = 60_000;
/** A pool that connects again may be faster than the end of its old session. */
const ROLE_SLACK = 3;

export interface ConnectionShare {
  /** Throws `host_away`. */
  ofProject(): Promise<number>;
  /** The CONNECTION LIMIT of a role, for those who reach the server past Postern. */
  ofRole(): Promise<number>;
}

const USABLE = `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
  - coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int AS usable`;

export function connectionShare(pool: Pick<HostPool, 'query'>, configured: number | null): ConnectionShare {
  let known: { readonly share: number; readonly askedAt: number } | null = null;
  const measured = async () => {
    if (known !== null && performance.now() - known.askedAt < ASK_EVERY_MS) return known.share;
    const [row] = await pool.query<{ usable: number }>(USABLE);
    known = { share: shareOf(row?.usable ?? 0), askedAt: performance.now() };
    return known.share;
  };
  const ofProject = async () => configured ?? (await measured());
  return { ofProject, ofRole: async () => (await ofProject()) + ROLE_SLACK };
}

export function shareOf(usable: number): number {
  return Math.max(SMALLEST_SHARE, Math.floor(usable / SHARES));
}
