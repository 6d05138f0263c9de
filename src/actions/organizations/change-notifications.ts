// Where an organization is told of what happens in it.

import {
  addNotificationTarget as add,
  type NewTarget,
  removeNotificationTarget as remove,
  requireWebhookUrl,
  testNotificationTarget as test,
} from '../../catalogue/notifications/notification-targets.ts';
import { accountResource, requireMay } from '../../catalogue/rights/permissions.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../define-action.ts';

/**
 * The secret that signs plain JSON is returned this once. Throws `invalid_input`,
 * `web_address_forbidden`.
 */
export async function addNotificationTarget(
  { catalogue, provisioning }: Pick<ActionParts, 'catalogue' | 'provisioning'>,
  context: AuditContext,
  input: NewTarget,
) {
  // Others shall not have names resolved here.
  requireMay(context.actor, 'notifications.change', accountResource(input.accountId));
  await provisioning.requireWebAddress(requireWebhookUrl(input.url));
  return await add(catalogue, context, input);
}

export const removeNotificationTarget = catalogueAction(remove);

/** Queues a message; the target then says whether it arrived. */
export const testNotificationTarget = catalogueAction(test);
