// Where an organization is told of what happens in it.

import { z } from 'zod';
import { NotificationsPage } from '../../../../web/pages/console/account/notifications-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import * as actions from '../../../actions/organizations/change-notifications.ts';
import { listNotificationTargets } from '../../../catalogue/notifications/notification-targets.ts';
import { NOTIFICATION_CLASSES, NOTIFICATION_FORMATS } from '../../../catalogue/tables/notifications.ts';
import { idFrom, type NotificationTargetId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, param, parseForm } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';

const formSchema = z.object({
  name: z.string().max(256),
  format: z.enum(NOTIFICATION_FORMATS),
  url: z.string().max(2_000),
  classes: z.preprocess((value) => [value ?? []].flat(), z.array(z.enum(NOTIFICATION_CLASSES))),
});

export async function showNotifications(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, now } = call;
  const targets = await listNotificationTargets(parts.catalogue, context, account.id);
  parts.renderer.send(request, response, NotificationsPage, {
    view: belowTabView(call, ['settings', 'Notifications'], again),
    path: pathOf(call),
    targets: targets.map(({ id, name, format, address, maker, classes, deliveredAt, failedAt, failure }) => ({
      ...{ id, format, classes, deliveredAt, failedAt, failure },
      ...{ name: cleanForPage(name), address: cleanForPage(address), maker },
    })),
    // The address is a secret: it is typed again.
    typed: { name: again?.typed.name ?? '', format: again?.typed.format ?? '' },
    now,
  });
}

export async function addTarget(call: AccountCall): Promise<void> {
  const { parts, request, response, context, account } = call;
  const form = parseForm(call, formSchema);
  const { target, secret } = await actions.addNotificationTarget(parts, context, { accountId: account.id, ...form });
  if (secret === null) return goTo(call, pathOf(call), 'notification_target_added');
  await parts.renderer.sendOnce(request, response, SecretPage, {
    view: belowTabView(call, ['settings', 'Notifications']),
    title: `Notifications to ${cleanForPage(target.name)}`,
    lead: 'Check the signature of each message with this secret. You won’t see it again.',
    lines: [{ label: 'Secret', text: secret.reveal() }],
    backPath: pathOf(call),
  });
}

export async function testTarget(call: AccountCall): Promise<void> {
  await actions.testNotificationTarget(call.parts, call.context, whichTarget(call));
  goTo(call, pathOf(call), 'notification_test_sent');
}

export async function removeTarget(call: AccountCall): Promise<void> {
  await actions.removeNotificationTarget(call.parts, call.context, whichTarget(call));
  goTo(call, pathOf(call), 'notification_target_removed');
}

function whichTarget(call: AccountCall) {
  return { accountId: call.account.id, targetId: idFrom<NotificationTargetId>(param(call, 'targetId')) };
}

function pathOf({ base }: AccountCall): string {
  return `${base}/settings/notifications`;
}
