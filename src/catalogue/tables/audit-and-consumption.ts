// Row types of migrations 0004 and 0005.

import type { ColumnType, GeneratedAlways } from 'kysely';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { Plan } from './people-and-accounts.ts';

export interface AuditEventsTable {
  id: string;
  body: ColumnType<unknown, string, never>;
  at: GeneratedAlways<string>;
  event: GeneratedAlways<string>;
  outcome: GeneratedAlways<string>;
  node_id: GeneratedAlways<string>;
  actor_id: GeneratedAlways<string | null>;
  account_id: GeneratedAlways<string | null>;
  project_id: GeneratedAlways<string | null>;
  connection_id: GeneratedAlways<string | null>;
  login_request_id: GeneratedAlways<string | null>;
}

/** Written only by the database, when a transaction that recorded events commits. */
export interface AuditChainTable {
  node_id: GeneratedAlways<string>;
  position: GeneratedAlways<number>;
  event_id: GeneratedAlways<string>;
  previous_hash: GeneratedAlways<Buffer>;
  hash: GeneratedAlways<Buffer>;
}

/** Up to where a chain was removed. */
export interface AuditPrunedTable {
  node_id: string;
  position: number;
  hash: Buffer;
  pruned_before: string;
  pruned_at: Date;
}

export interface PlanPeriodsTable {
  id: string;
  account_id: AccountId;
  plan: Plan;
  started_at: Date;
  ended_at: Date | null;
}

/** The latest reading of a server: a host with all its projects, or one attached compute. */
export interface ConsumptionReadingsTable {
  source_id: string;
  read_at: Date;
  /** Written and read by metering only. */
  reading: ColumnType<unknown, string, string>;
}

/** Bytes sent to clients that are in no frame yet. */
export interface PendingTransfersTable {
  compute_id: ComputeId;
  bytes: number;
}

export interface ConsumptionFramesTable {
  granularity: 'hour' | 'day' | 'month';
  frame_start: Date;
  account_id: AccountId;
  period_id: string;
  project_id: ProjectId;
  compute_id: ComputeId;
  active_time_ms: number;
  compute_time_ms: number;
  written_data_bytes: number;
  data_transfer_bytes: number;
  /** From the last reading that counted towards the frame. */
  logical_size_bytes: number;
  synthetic_storage_size_bytes: number;
  /** Size multiplied by time: `numeric`, which the driver returns as text. */
  logical_size_byte_ms: ColumnType<string, string | number, string | number>;
  synthetic_storage_byte_ms: ColumnType<string, string | number, string | number>;
  /** How much of the frame was observed, in ms. */
  observed_ms: number;
  unmeasured_metrics: string[];
  updated_at: Date;
}
