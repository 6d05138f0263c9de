// Where an organization is told of what happens in it.

import {
  addNotificationTarget as add,
  removeNotificationTarget as remove,
  testNotificationTarget as test,
} from '../../catalogue/notifications/notification-targets.ts';
import { catalogueAction } from '../define-action.ts';

/** The secret that signs plain JSON is returned this once. Throws `invalid_input`. */
export const addNotificationTarget = catalogueAction(add);

export const removeNotificationTarget = catalogueAction(remove);

/** Queues a message; the target then says whether it arrived. */
export const testNotificationTarget = catalogueAction(test);
