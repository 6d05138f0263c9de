// Puts audit events that an organization wants to be told of into its queue, with the events: what
// did not happen is told to nobody, and what happened is told even if this node dies now.

import { type Kysely, sql } from 'kysely';
import type { AccountId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';
import type { NotificationClass } from '../tables/notifications.ts';

/** Of a class at one target; what comes after them is dropped, so that none fills the catalogue. */
const MAX_QUEUED = 100;

/** Null for events of which nobody is told. */
export function classOfEvent(event: string, reason: string | null): NotificationClass | null {
  const [family = ''] = event.split('.');
  switch (family) {
    case 'break_glass':
      return 'break_glass';
    case 'access_request':
      return 'access_requests';
    case 'membership':
      return 'members';
    case 'login':
      return event === 'login.reported' || event === 'login.report_undone' ? 'reported_logins' : null;
    case 'secret':
      return (event === 'secret.created' || event === 'secret.revoked') && reason !== 'personal' ? 'keys' : null;
    default:
      return null;
  }
}

export interface QueuedEvent {
  readonly id: string;
  readonly event: string;
  readonly reason: string | null;
  readonly accountId: AccountId | null;
  readonly at: Date;
  /** The event as stored. */
  readonly json: string;
}

/**
 * One statement for each event that somebody may want to hear of; they are rare. A broken glass is
 * told everywhere while no target of the organization asks for it: chats that were added before
 * there was such a class would stay silent about the gravest event. A target that is being removed
 * is passed over: the event must not fail with it.
 */
export async function queueNotifications(db: Kysely<Schema>, events: readonly QueuedEvent[]): Promise<void> {
  for (const { id, event, reason, accountId, at, json } of events) {
    const kind = classOfEvent(event, reason);
    if (kind === null || accountId === null) continue;
    await sql`
      insert into notifications (target_id, account_id, class, event_id, event, due_at)
      select id, account_id, ${kind}, ${id}, ${json}::jsonb, ${at} from notification_targets
      where account_id = ${accountId} and (${kind} = any(classes) or ${kind === 'break_glass'} and not exists (
          select from notification_targets as other
          where other.account_id = ${accountId} and 'break_glass' = any(other.classes)))
        and (select count(*) from notifications as queued
          where queued.target_id = notification_targets.id and queued.class = ${kind}) < ${MAX_QUEUED}
      for key share skip locked
      on conflict (target_id, event_id) do nothing`.execute(db);
  }
}
