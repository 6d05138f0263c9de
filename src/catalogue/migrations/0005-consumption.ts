// Measured consumption: the latest reading of each server, and the sums of its computes per hour,
// day and month.

import { type Kysely, sql } from 'kysely';

// Frames refer to accounts and projects without foreign keys: consumption remains counted after a
// project is deleted.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table plan_periods (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      plan text not null,
      started_at timestamptz(3) not null,
      ended_at timestamptz(3)
    );
    create index plan_periods_of_account on plan_periods (account_id, started_at);
    create unique index plan_periods_one_open on plan_periods (account_id) where ended_at is null;

    create table consumption_readings (
      source_id text primary key,
      read_at timestamptz(3) not null,
      reading jsonb not null
    );

    create table pending_transfers (
      compute_id text primary key references computes on delete cascade,
      bytes bigint not null
    );

    create table consumption_frames (
      granularity text not null check (granularity in ('hour', 'day', 'month')),
      frame_start timestamptz(3) not null,
      account_id text not null,
      period_id text not null,
      project_id text not null,
      compute_id text not null,
      active_time_ms bigint not null,
      compute_time_ms bigint not null,
      written_data_bytes bigint not null,
      data_transfer_bytes bigint not null,
      logical_size_bytes bigint not null,
      synthetic_storage_size_bytes bigint not null,
      logical_size_byte_ms numeric not null,
      synthetic_storage_byte_ms numeric not null,
      observed_ms bigint not null,
      unmeasured_metrics text[] not null,
      updated_at timestamptz(3) not null,
      primary key (compute_id, granularity, frame_start, period_id)
    );
    create index consumption_frames_of_account on consumption_frames (account_id, granularity, frame_start);
    create index consumption_frames_of_project on consumption_frames (project_id, granularity, frame_start);
  `.execute(db);
}
