// Row types of migration 0032.

import type { Generated, GeneratedAlways } from 'kysely';
import type { AccountId, NotificationTargetId, UserId } from '../../ids.ts';
import type { Jsonb } from './people-and-accounts.ts';

export const NOTIFICATION_FORMATS = ['slack', 'teams', 'mattermost', 'discord', 'json'] as const;
export type NotificationFormat = (typeof NOTIFICATION_FORMATS)[number];

export const NOTIFICATION_CLASSES = ['break_glass', 'access_requests', 'reported_logins', 'members', 'keys'] as const;
export type NotificationClass = (typeof NOTIFICATION_CLASSES)[number];

export interface NotificationTargetsTable {
  id: NotificationTargetId;
  account_id: AccountId;
  name: string;
  format: NotificationFormat;
  /** Of the URL, which is a secret as a whole. */
  host: string;
  sealed_url: string;
  /** Signs what is sent as plain JSON; null for other formats. */
  sealed_secret: string | null;
  classes: NotificationClass[];
  created_by: UserId | null;
  created_at: Date;
  delivered_at: Date | null;
  failed_at: Date | null;
  failure: string | null;
}

export interface NotificationsTable {
  id: GeneratedAlways<number>;
  target_id: NotificationTargetId;
  account_id: AccountId;
  /** Null: a test message, or of the version before. */
  class: NotificationClass | null;
  event_id: string;
  /** The audit event. */
  event: Jsonb;
  attempts: Generated<number>;
  due_at: Date;
}
