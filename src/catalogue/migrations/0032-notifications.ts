// Where an organization is told of what happens in it, and what waits to be told.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table notification_targets (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      name text not null,
      format text not null check (format in ('slack', 'teams', 'mattermost', 'discord', 'json')),
      host text not null,
      sealed_url text not null,
      sealed_secret text,
      classes text[] not null,
      created_by text references users on delete set null,
      created_at timestamptz(3) not null,
      delivered_at timestamptz(3),
      failed_at timestamptz(3),
      failure text
    );
    create index notification_targets_of_account on notification_targets (account_id, created_at);

    create table notifications (
      id bigint generated always as identity primary key,
      target_id text not null references notification_targets on delete cascade,
      account_id text not null,
      event_id text not null,
      event jsonb not null,
      attempts integer not null default 0,
      due_at timestamptz(3) not null,
      unique (target_id, event_id)
    );
    create index notifications_due on notifications (due_at);
    create index notifications_of_account on notifications (account_id, id);
  `.execute(db);
}
