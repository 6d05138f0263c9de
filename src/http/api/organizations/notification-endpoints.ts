// Where an organization is told of what happens in it. Ours: Neon has none.

import { z } from 'zod';
import {
  addNotificationTarget,
  removeNotificationTarget,
  testNotificationTarget,
} from '../../../actions/organizations/change-notifications.ts';
import {
  listNotificationTargets,
  type NotificationTarget,
} from '../../../catalogue/notifications/notification-targets.ts';
import { NOTIFICATION_CLASSES, NOTIFICATION_FORMATS } from '../../../catalogue/tables/notifications.ts';
import { idFrom, type NotificationTargetId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { organizationParams } from './organization-endpoints.ts';

const targetShape = z
  .object({
    id: z.string(),
    name: z.string(),
    format: z.enum(NOTIFICATION_FORMATS),
    host: z.string().meta({ description: 'Of the webhook, whose address is not shown again.' }),
    classes: z.array(z.enum(NOTIFICATION_CLASSES)),
    created_at: timeField,
    delivered_at: timeField.nullable(),
    failed_at: timeField.nullable().meta({ description: 'Null when the last message arrived.' }),
    failure: z.string().nullable(),
  })
  .meta({ id: 'NotificationTarget' });

const listedShape = targetShape.extend({
  address: z.string().meta({ description: 'Host and path, without what may be secret in it.' }),
  maker: z
    .object({ email: z.string(), is_admin: z.boolean() })
    .nullable()
    .meta({ description: 'Who added it; null: a key, or a person who was removed.' }),
});

const targetParams = organizationParams.extend({
  target_id: z
    .string()
    .max(64)
    .transform((id) => idFrom<NotificationTargetId>(id)),
});

export const NOTIFICATION_ROUTES = tagged('Notifications', [
  apiRoute('get', '/organizations/{org_id}/notification_targets', {
    operationId: 'listNotificationTargets',
    summary: 'Postern only: where an organization is told of what happens in it',
    params: organizationParams,
    reply: z.object({ notification_targets: z.array(listedShape) }),
    perform: async ({ catalogue, context }, { params }) => {
      const targets = await listNotificationTargets(catalogue, context, params.org_id);
      return {
        notification_targets: targets.map(({ address, maker, ...target }) => ({
          ...wireTarget(target),
          address,
          maker: maker === null ? null : { email: maker.email, is_admin: maker.isAdmin },
        })),
      };
    },
  }),
  apiRoute('post', '/organizations/{org_id}/notification_targets', {
    operationId: 'addNotificationTarget',
    summary: 'Postern only: adds a webhook; the secret that signs plain JSON is shown this once',
    params: organizationParams,
    body: z.object({
      name: z.string().min(1).max(256),
      format: z.enum(NOTIFICATION_FORMATS),
      url: z.string().max(2_000),
      classes: z.array(z.enum(NOTIFICATION_CLASSES)).min(1).max(NOTIFICATION_CLASSES.length),
    }),
    status: 201,
    reply: targetShape.extend({ secret: z.string().nullable() }),
    perform: async (call, { params, body }) => {
      const { target, secret } = await addNotificationTarget(call, call.context, { accountId: params.org_id, ...body });
      return { ...wireTarget(target), secret: secret?.reveal() ?? null };
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/notification_targets/{target_id}', {
    operationId: 'removeNotificationTarget',
    summary: 'Postern only: removes a webhook',
    params: targetParams,
    reply: targetShape,
    perform: async (call, { params }) => {
      const which = { accountId: params.org_id, targetId: params.target_id };
      return wireTarget(await removeNotificationTarget(call, call.context, which));
    },
  }),
  apiRoute('post', '/organizations/{org_id}/notification_targets/{target_id}/test', {
    operationId: 'testNotificationTarget',
    summary: 'Postern only: sends a test message; delivered_at and failure then say how it went',
    params: targetParams,
    reply: targetShape,
    perform: async (call, { params }) => {
      const which = { accountId: params.org_id, targetId: params.target_id };
      return wireTarget(await testNotificationTarget(call, call.context, which));
    },
  }),
]);

function wireTarget(target: NotificationTarget): z.input<typeof targetShape> {
  return onWire(targetShape, target);
}
