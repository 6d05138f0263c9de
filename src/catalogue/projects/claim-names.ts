// On a host, a name of a database or role is one project's. The server alone cannot say so: tenants
// drop their databases by SQL, and the project goes on listing them for a while.

import { sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { BranchId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

interface Claim {
  readonly table: 'databases' | 'database_roles';
  readonly branchId: BranchId;
  readonly names: readonly string[];
}

const THING = { databases: 'database', database_roles: 'role' } as const;

/**
 * Throws `taken_on_host` for a name that another project on a host of the branch's computes lists.
 * Until the transaction ends, nobody else claims these names. Attached projects have no host.
 */
export async function claimNames(tx: Transaction<Schema>, { table, branchId, names }: Claim): Promise<void> {
  if (names.length === 0) return;
  for (const name of [...names].sort()) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`postern: name of ${table} ${name}`}, 0))`.execute(tx);
  }
  const { rows } = await sql<{ name: string }>`
    select listed.name from ${sql.table(table)} listed
    where listed.name = any(${[...names]}) and listed.branch_id <> ${branchId} and exists (
      select from computes theirs join computes ours on ours.host_id = theirs.host_id
      where theirs.branch_id = listed.branch_id and ours.branch_id = ${branchId}
    ) limit 1`.execute(tx);
  const [taken] = rows;
  if (taken === undefined) return;
  throw new PosternError('taken_on_host', { params: { thing: `${THING[table]} "${taken.name}"` } });
}
