// The audit trail: events are JSON texts, columns are generated from them, and a hash chain per
// node binds each event to the one before. Rows are only ever added.

import { type Kysely, sql } from 'kysely';

// The chain is extended when a transaction commits, not when it records an event. No lock is held
// until then, so two transactions that record events and lock rows in different orders cannot
// deadlock.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table audit_events (
      id text primary key,
      body json not null,
      at text not null generated always as (body ->> 'at') stored,
      event text not null generated always as (body ->> 'event') stored,
      outcome text not null generated always as (body ->> 'outcome') stored,
      node_id text not null generated always as (body ->> 'node_id') stored,
      actor_id text generated always as (body ->> 'actor_id') stored,
      account_id text generated always as (body ->> 'account_id') stored,
      project_id text generated always as (body ->> 'project_id') stored,
      connection_id text generated always as (body ->> 'connection_id') stored,
      login_request_id text generated always as (body ->> 'login_request_id') stored,
      check (id = body ->> 'id')
    );
    create index audit_events_by_time on audit_events (at desc, id desc);
    create index audit_events_of_account on audit_events (account_id, at desc, id desc) where account_id is not null;
    create index audit_events_of_project on audit_events (project_id, at desc, id desc) where project_id is not null;
    create index audit_events_of_actor on audit_events (actor_id, at desc, id desc) where actor_id is not null;
    create index audit_events_of_connection on audit_events (connection_id) where connection_id is not null;
    create index audit_events_of_login_request on audit_events (login_request_id) where login_request_id is not null;

    create table audit_chain (
      node_id text not null,
      position bigint not null,
      event_id text not null unique,
      previous_hash bytea not null,
      hash bytea not null,
      primary key (node_id, position)
    );

    create function extend_audit_chain() returns trigger language plpgsql as $$
    declare
      last audit_chain;
      previous bytea := '\\x';
    begin
      perform pg_advisory_xact_lock(hashtextextended('postern audit chain ' || new.node_id, 0));
      select * into last from audit_chain where node_id = new.node_id order by position desc limit 1;
      if found then
        previous := last.hash;
      end if;
      insert into audit_chain (node_id, position, event_id, previous_hash, hash) values (
        new.node_id,
        coalesce(last.position, 0) + 1,
        new.id,
        previous,
        sha256(previous || convert_to(new.body::text, 'UTF8'))
      );
      return null;
    end $$;

    create function refuse_change_of_audit_trail() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
    end $$;

    create constraint trigger extend_chain after insert on audit_events
      deferrable initially deferred for each row execute function extend_audit_chain();
    create trigger append_only before update or delete or truncate on audit_events
      for each statement execute function refuse_change_of_audit_trail();
    create trigger append_only before update or delete or truncate on audit_chain
      for each statement execute function refuse_change_of_audit_trail();
  `.execute(db);
}
