// Where an organization is told of what happens in it: incoming webhooks of chats, or an address of
// its own. The URL of a webhook is a secret like a key, and is never shown again.

import { randomUUID } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, isOrganizationId, type NotificationTargetId, newNotificationTargetId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { quoted } from '../../untrusted-text.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import { newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import type { SealedPlace } from '../store/sealing.ts';
import { missing } from '../store/store-errors.ts';
import type { NotificationClass, NotificationFormat, NotificationTargetsTable } from '../tables/notifications.ts';
import { type AuditContext, changeEvent, recordChange } from '../trail/audit-context.ts';
import { auditEventBody } from '../trail/audit-events.ts';

const MAX_TARGETS = 10;
const MAX_URL_CHARACTERS = 2_000;

export type NotificationTarget = ReturnType<typeof targetFrom>;

export interface WhichTarget {
  readonly accountId: AccountId;
  readonly targetId: NotificationTargetId;
}

/** Oldest first, with who made each and where it leads: that person may be an admin no more. */
export async function listNotificationTargets(catalogue: Catalogue, context: AuditContext, accountId: AccountId) {
  requireMay(context.actor, 'notifications.change', accountResource(accountId));
  const rows = await catalogue.db
    .selectFrom('notification_targets')
    .leftJoin('users', 'users.id', 'notification_targets.created_by')
    .leftJoin('memberships', (join) =>
      join
        .onRef('memberships.user_id', '=', 'users.id')
        .onRef('memberships.account_id', '=', 'notification_targets.account_id'),
    )
    .selectAll('notification_targets')
    .select(['users.email', 'users.disabled_at', 'memberships.member_role'])
    .where('notification_targets.account_id', '=', accountId)
    .orderBy('notification_targets.created_at')
    .orderBy('notification_targets.id')
    .execute();
  return rows.map(({ email, disabled_at, member_role, ...row }) => ({
    ...targetFrom(row),
    address: shownAddress(catalogue.sealer.open(row.sealed_url, placeOf(row.id, 'sealed_url'))),
    maker: email === null ? null : { email, isAdmin: member_role === 'admin' && disabled_at === null },
  }));
}

/** Only words of the path, as in `chat.example/hooks/…`: the rest may be the secret. */
function shownAddress(url: Secret): string {
  const { host, pathname } = new URL(url.reveal());
  const parts = pathname.split('/').filter((part) => part !== '');
  const shown = parts.map((part, index) => (index < parts.length - 1 && /^[a-z]{1,12}$/i.test(part) ? part : '…'));
  return [host, ...shown].join('/');
}

export interface NewTarget {
  readonly accountId: AccountId;
  readonly name: string;
  readonly format: NotificationFormat;
  readonly url: string;
  readonly classes: readonly NotificationClass[];
}

/** With the secret that signs plain JSON, shown this once. Throws `invalid_input`. */
export async function addNotificationTarget(
  catalogue: Catalogue,
  context: AuditContext,
  input: NewTarget,
): Promise<{ readonly target: NotificationTarget; readonly secret: Secret | null }> {
  const { accountId, format, classes } = input;
  requireMay(context.actor, 'notifications.change', accountResource(accountId));
  if (!isOrganizationId(accountId)) throw notFound(accountResource(accountId));
  const name = requireName(input.name, 'name');
  const url = requireWebhookUrl(input.url);
  if (classes.length === 0) throw new PosternError('notification_classes_missing');
  const id = newNotificationTargetId();
  const secret = format === 'json' ? newRandomSecret('postern_notify_') : null;
  return await catalogue.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    await requireStillMay(tx, { catalogue, context }, changing(accountId));
    await requireRoom(tx, accountId);
    const { sealer, clock } = catalogue;
    const row = await tx
      .insertInto('notification_targets')
      .values({
        ...{ id, account_id: accountId, name, format, host: url.host, classes: [...new Set(classes)] },
        sealed_url: sealer.seal(url.href, placeOf(id, 'sealed_url')),
        sealed_secret: secret === null ? null : sealer.seal(secret.reveal(), placeOf(id, 'sealed_secret')),
        created_by: context.actor.kind === 'person' ? context.actor.userId : null,
        ...{ created_at: clock.now(), delivered_at: null, failed_at: null, failure: null },
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const facts = { accountId, subject: `notifications ${quoted(name)}`, reason: `${format} to ${url.host}` };
    await recordChange(tx, { catalogue, context }, { event: 'policy.changed', ...facts });
    return { target: targetFrom(row), secret };
  });
}

/** What waits for it is dropped. */
export async function removeNotificationTarget(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, targetId }: WhichTarget,
): Promise<NotificationTarget> {
  requireMay(context.actor, 'notifications.change', accountResource(accountId));
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, changing(accountId));
    const rows = tx.deleteFrom('notification_targets').where('id', '=', targetId).where('account_id', '=', accountId);
    const row = await rows.returningAll().executeTakeFirst();
    if (row === undefined) throw missing('notification target');
    const facts = { accountId, subject: `notifications ${quoted(row.name)}`, reason: 'removed' };
    await recordChange(tx, { catalogue, context }, { event: 'policy.changed', ...facts });
    return targetFrom(row);
  });
}

/** Queues a message that says it is a test; whether it arrived is on the target within seconds. */
export async function testNotificationTarget(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, targetId }: WhichTarget,
): Promise<NotificationTarget> {
  requireMay(context.actor, 'notifications.change', accountResource(accountId));
  const targets = catalogue.db.selectFrom('notification_targets').selectAll().where('id', '=', targetId);
  const row = await targets.where('account_id', '=', accountId).executeTakeFirst();
  if (row === undefined) throw missing('notification target');
  const id = randomUUID();
  const change = changeEvent(catalogue, context, { id, event: 'policy.changed', accountId, subject: row.name });
  const event = { ...auditEventBody(change), event: TEST_EVENT };
  // One at a time, so that a test is no means to send many.
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, changing(accountId));
    await tx
      .deleteFrom('notifications')
      .where('target_id', '=', targetId)
      .where('event_id', 'like', 'test %')
      .execute();
    const queued = {
      target_id: targetId,
      account_id: accountId,
      event_id: `test ${id}`,
      due_at: catalogue.clock.now(),
    };
    await tx
      .insertInto('notifications')
      .values({ ...queued, event: JSON.stringify(event) })
      .execute();
  });
  return targetFrom(row);
}

export const TEST_EVENT = 'notification.test';

export function placeOf(rowId: NotificationTargetId, column: 'sealed_url' | 'sealed_secret'): SealedPlace {
  return { table: 'notification_targets', rowId, column };
}

function changing(accountId: AccountId) {
  return { action: 'notifications.change', resource: accountResource(accountId) } as const;
}

async function requireRoom(tx: Transaction<Schema>, accountId: AccountId): Promise<void> {
  const rows = tx.selectFrom('notification_targets').select('id').where('account_id', '=', accountId);
  if ((await rows.execute()).length < MAX_TARGETS) return;
  throw new PosternError('too_many_notification_targets', { params: { limit: String(MAX_TARGETS) } });
}

/**
 * Whether it may be dialled is judged again at each delivery, by what its name means then. Throws
 * `invalid_input`.
 */
export function requireWebhookUrl(text: string): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  const isUsable = url !== null && url.protocol === 'https:' && url.username === '' && url.password === '';
  if (!isUsable || text.length > MAX_URL_CHARACTERS) throw new PosternError('notification_url_invalid');
  url.hash = '';
  return url;
}

function targetFrom({ sealed_url, sealed_secret, ...row }: Selectable<NotificationTargetsTable>) {
  return camelRow(row);
}
