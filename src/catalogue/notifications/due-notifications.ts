// The queue of what is to be told: taken by one node at a time, one of each organization, so that a
// slow address delays its own organization only.

import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { AccountId, NotificationTargetId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { NotificationFormat, NotificationTargetsTable } from '../tables/notifications.ts';
import { placeOf } from './notification-targets.ts';

/** Longer than a delivery may take: another node takes over from one that died. */
const LEASE_MS = 60_000;
const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 3_600_000;

export interface DueNotification {
  readonly id: number;
  readonly targetId: NotificationTargetId;
  readonly accountId: AccountId;
  readonly organization: string;
  readonly format: NotificationFormat;
  readonly url: Secret;
  readonly secret: Secret | null;
  readonly event: Readonly<Record<string, string | number | boolean>>;
  /** This one included. */
  readonly attempts: number;
}

const eventSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export interface DueQuestion {
  readonly limit: number;
  /** Organizations that are left out. */
  readonly except: readonly AccountId[];
  /** Absent: all others. */
  readonly among?: readonly AccountId[];
}

/**
 * At most one of each organization: to a target that does not fail before one that does, a broken
 * glass before all else, then the longest due.
 */
export async function takeDueNotifications(
  catalogue: Catalogue,
  { limit, except, among }: DueQuestion,
): Promise<DueNotification[]> {
  const now = catalogue.clock.now();
  const isMeant = among === undefined ? sql`true` : sql`queued.account_id = any(${among})`;
  const { rows } = await sql<Row>`
    with first as (
      select distinct on (queued.account_id) queued.id
      from notifications queued join notification_targets target on target.id = queued.target_id
      where queued.due_at <= ${now} and not queued.account_id = any(${except}) and ${isMeant}
      order by queued.account_id, target.failed_at is not null, queued.class is distinct from 'break_glass',
        queued.due_at, queued.id
    ), taken as (
      update notifications set attempts = attempts + 1, due_at = ${new Date(now.getTime() + LEASE_MS)}
      where id in (
        select id from notifications where id in (select id from first) and due_at <= ${now}
        order by due_at limit ${limit} for update skip locked
      ) returning *
    )
    select taken.id, taken.target_id, taken.account_id, taken.event, taken.attempts,
      accounts.name as organization, targets.format, targets.sealed_url, targets.sealed_secret
    from taken
    join notification_targets as targets on targets.id = taken.target_id
    join accounts on accounts.id = taken.account_id`.execute(catalogue.db);
  return rows.map((row) => notificationFrom(catalogue, row));
}

interface Row extends Pick<Selectable<NotificationTargetsTable>, 'format' | 'sealed_url' | 'sealed_secret'> {
  readonly id: number;
  readonly target_id: NotificationTargetId;
  readonly account_id: AccountId;
  readonly organization: string;
  readonly event: unknown;
  readonly attempts: number;
}

function notificationFrom({ sealer }: Catalogue, row: Row): DueNotification {
  const { target_id: targetId, sealed_secret: secret } = row;
  return {
    ...{ id: row.id, targetId, accountId: row.account_id, organization: row.organization, attempts: row.attempts },
    format: row.format,
    url: sealer.open(row.sealed_url, placeOf(targetId, 'sealed_url')),
    secret: secret === null ? null : sealer.open(secret, placeOf(targetId, 'sealed_secret')),
    event: eventSchema.parse(row.event),
  };
}

export async function noteDelivered(catalogue: Catalogue, { id, targetId }: DueNotification): Promise<void> {
  const delivered_at = catalogue.clock.now();
  await catalogue.transaction(async (tx) => {
    await tx.deleteFrom('notifications').where('id', '=', id).execute();
    const told = { delivered_at, failed_at: null, failure: null };
    await tx.updateTable('notification_targets').set(told).where('id', '=', targetId).execute();
  });
}

/** Tried again later, eight times in all. `failure` names no bytes of the far side. */
export async function noteFailed(
  catalogue: Catalogue,
  { id, targetId, attempts }: DueNotification,
  failure: string,
): Promise<void> {
  const now = catalogue.clock.now();
  const pauseMs = Math.min(FIRST_PAUSE_MS * 4 ** (attempts - 1), LONGEST_PAUSE_MS);
  await catalogue.transaction(async (tx) => {
    if (attempts >= MAX_ATTEMPTS) await tx.deleteFrom('notifications').where('id', '=', id).execute();
    else {
      const due_at = new Date(now.getTime() + pauseMs);
      await tx.updateTable('notifications').set({ due_at }).where('id', '=', id).execute();
    }
    const told = { failed_at: now, failure };
    await tx.updateTable('notification_targets').set(told).where('id', '=', targetId).execute();
  });
}
