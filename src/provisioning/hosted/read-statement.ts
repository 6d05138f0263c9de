// What a hosted database does for one connection at the moment, as its server tells.

import { findCompute } from '../../catalogue/projects/compute-rows.ts';
import type { ComputeId } from '../../ids.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';

/** More is cut off; PostgreSQL itself keeps track_activity_query_size of it, 1 kB by default. */
const MAX_CHARACTERS = 10_000;

/** What PostgreSQL says of others' sessions to a role without pg_read_all_stats. */
const HIDDEN = '<insufficient privilege>';

// PostgreSQL, "The Statistics Collector": pg_stat_activity. A pid is used again; the names are not
// enough to tell, but keep another project's statement from being shown.
const READ = `SELECT left(query, ${MAX_CHARACTERS}) AS text, state, query_start AS "startedAt",
    wait_event_type || ': ' || wait_event AS "waitsFor"
  FROM pg_stat_activity
  WHERE pid = $1 AND datname = $2 AND usename = $3 AND backend_type = 'client backend'`;

interface StatementPlace {
  readonly computeId: ComputeId;
  readonly pid: number;
  readonly database: string;
  readonly databaseRole: string;
}

export interface Statement {
  /** Null where the host's own role may not see it. */
  readonly text: string | null;
  /** `active`: it runs; otherwise the last one that ran. */
  readonly state: string | null;
  readonly startedAt: Date | null;
  readonly waitsFor: string | null;
}

/** Null for an attached compute, and once the session is gone. Throws `host_away`. */
export async function readStatement(parts: ProvisioningParts, place: StatementPlace): Promise<Statement | null> {
  const compute = await findCompute(parts.catalogue.db, place.computeId);
  if (compute === null || compute.hostId === null) return null;
  const host = await parts.hosts.get(compute.hostId);
  const { pid, database, databaseRole } = place;
  const [statement] = await host.query<Statement>(READ, [pid, database, databaseRole]);
  if (statement === undefined) return null;
  return { ...statement, text: statement.text === HIDDEN ? null : statement.text };
}
