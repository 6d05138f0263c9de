// Access that changes took away: a row in the transaction of each change, which every node reads to
// end connections and grants that depended on it.

import { type Kysely, sql } from 'kysely';

// Owners are no foreign keys, since most of them are deleted when the row is read. The
// transaction's id shows exactly which snapshots include the change, also where transactions commit
// in another order than they started.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table ended_access (
      id bigint generated always as identity primary key,
      transaction_id xid8 not null default pg_current_xact_id(),
      ended_at timestamptz(3) not null default clock_timestamp(),
      kind text not null check (kind in ('end', 'recheck')),
      user_id text,
      account_id text,
      project_id text,
      compute_id text,
      grant_id text,
      access_token_id text,
      database_role text,
      grants_ended_at timestamptz(3),
      check (num_nonnulls(user_id, account_id, project_id, compute_id, grant_id, access_token_id) > 0)
    );
    create index ended_access_by_transaction on ended_access (transaction_id);
    create index ended_access_by_time on ended_access (ended_at);
    create index ended_access_with_grants on ended_access (id) where grants_ended_at is null;
  `.execute(db);
}
