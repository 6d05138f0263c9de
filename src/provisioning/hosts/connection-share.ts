// How many of a host's connections one project and one account may hold, so that none takes all.

import type { HostPool } from './host-connection.ts';

/** A project gets one of so many, of the connections that are not reserved. */
const PROJECT_SHARES = 4;
const SMALLEST_PROJECT_SHARE = 5;
/**
 * Of what other accounts leave, so that each that comes finds some: one that takes all it can
 * leaves a third of the host, two a fifth, four a ninth.
 */
const ACCOUNT_PART = 2 / 3;
/** A server takes no other limit without a restart. */
const ASK_EVERY_MS = 60_000;
/** A pool that connects again may be faster than the end of its old session. */
const ROLE_SLACK = 3;

export interface ConnectionShare {
  /** As far as the host can be asked; never rejects. */
  onHost(): Promise<SharesOnHost>;
  /**
   * The CONNECTION LIMIT of a role, for those who reach the server past Postern. Throws
   * `host_away`.
   */
  ofRole(): Promise<number>;
}

/** Connections, each including the one that asks. */
export interface SharesOnHost {
  readonly project?: number;
  /** By how many the other accounts hold. */
  readonly account?: (heldByOthers: number) => number;
}

interface Places {
  /** Those that are not reserved. */
  readonly usable: number;
  /** Of these, what is used by nobody's project. */
  readonly otherwiseUsed: number;
}

/**
 * Sessions of superusers take no reserved place while others are free. All roles of projects have
 * a CONNECTION LIMIT.
 */
const PLACES = `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
  - coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int AS usable,
  (SELECT count(*)::int FROM pg_stat_activity JOIN pg_roles ON pg_roles.oid = usesysid
    WHERE rolconnlimit = -1 AND coalesce(backend_type, 'client backend') = 'client backend') AS "otherwiseUsed"`;

export function connectionShare(pool: Pick<HostPool, 'query'>, configured: number | null): ConnectionShare {
  let known: { readonly places: Places; readonly askedAt: number } | null = null;
  const measured = async () => {
    if (known !== null && performance.now() - known.askedAt < ASK_EVERY_MS) return known.places;
    const [places = { usable: 0, otherwiseUsed: 0 }] = await pool.query<Places>(PLACES);
    known = { places, askedAt: performance.now() };
    return places;
  };
  const ofProject = async () => configured ?? projectShare(await measured());
  return {
    onHost: async () => {
      const places = await measured().catch(() => null);
      if (places === null) return configured === null ? {} : { project: configured };
      const account = (heldByOthers: number) => accountShare(places, heldByOthers);
      return { project: configured ?? projectShare(places), account };
    },
    ofRole: async () => (await ofProject()) + ROLE_SLACK,
  };
}

export function projectShare({ usable }: Pick<Places, 'usable'>): number {
  return Math.max(SMALLEST_PROJECT_SHARE, Math.floor(usable / PROJECT_SHARES));
}

/** At least one: an account without a connection is refused by the server only. */
export function accountShare({ usable, otherwiseUsed }: Places, heldByOthers: number): number {
  return Math.max(1, Math.floor((usable - otherwiseUsed - heldByOthers) * ACCOUNT_PART));
}
