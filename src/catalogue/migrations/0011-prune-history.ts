// Removal of old rows: the audit trail by its owner, keeping the head of each chain, and hourly
// frames of consumption.

import { type Kysely, sql } from 'kysely';

// The guard lets only the owner of the tables pass, in a transaction that says so; Postern works
// under another role.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table audit_pruned (
      node_id text primary key,
      position bigint not null,
      hash bytea not null,
      pruned_before text not null,
      pruned_at timestamptz(3) not null
    );

    create or replace function extend_audit_chain() returns trigger language plpgsql as $$
    declare
      last_position bigint;
      last_hash bytea;
    begin
      perform pg_advisory_xact_lock(hashtextextended('postern audit chain ' || new.node_id, 0));
      select position, hash into last_position, last_hash
        from audit_chain where node_id = new.node_id order by position desc limit 1;
      if not found then
        select position, hash into last_position, last_hash from audit_pruned where node_id = new.node_id;
      end if;
      last_hash := coalesce(last_hash, '\\x');
      insert into audit_chain (node_id, position, event_id, previous_hash, hash) values (
        new.node_id,
        coalesce(last_position, 0) + 1,
        new.id,
        last_hash,
        sha256(last_hash || convert_to(new.body::text, 'UTF8'))
      );
      return null;
    end $$;

    create or replace function refuse_change_of_audit_trail() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_setting('postern.pruning_audit_trail', true) = 'on'
        and pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
        return null;
      end if;
      raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
    end $$;

    create index consumption_frames_by_hour on consumption_frames (frame_start) where granularity = 'hour';
  `.execute(db);
}
