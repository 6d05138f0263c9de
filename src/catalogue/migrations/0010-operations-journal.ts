// Operations become a journal: an operation is written before it starts, and each step before it is
// taken on a host, so that another node can finish or undo what a dead node started.

import { type Kysely, sql } from 'kysely';

// An operation may be older than its project, which is registered at the end, and may outlive it;
// hence no foreign key.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table operations
      drop constraint operations_project_id_fkey,
      add column account_id text,
      add column purpose text,
      add column host_id text,
      add column details jsonb,
      add column requested_by jsonb,
      add column owner_token text,
      add column owner_node_id text,
      add column take_over_at timestamptz(3);
    update operations set account_id = projects.account_id from projects where projects.id = operations.project_id;
    create index operations_unfinished on operations (take_over_at) where status = 'running' and purpose is not null;
    create index operations_unfinished_of_project on operations (project_id)
      where status = 'running' and purpose is not null;

    create table operation_steps (
      operation_id text not null references operations on delete cascade,
      position integer not null,
      action text not null,
      name text not null,
      host_oid bigint,
      status text not null check (status in ('scheduling', 'running', 'finished', 'cancelled')),
      updated_at timestamptz(3) not null,
      primary key (operation_id, position)
    );
  `.execute(db);
}
