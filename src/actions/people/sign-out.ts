// Signing out: of one browser, or everywhere.

import { endAllBrowserSessions, endBrowserSession } from '../../catalogue/accounts/browser-sessions.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { UserId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../catalogue-action.ts';
import { type AccessEnders, endAccess } from '../end-access.ts';

/** Ends one browser session of the person; false when the person has no such session. */
export const signOut = catalogueAction(endBrowserSession);

/** Ends all browser sessions of the person, with every grant and live connection. */
export async function signOutEverywhere(
  parts: AccessEnders & Pick<ActionParts, 'catalogue'>,
  context: AuditContext,
  userId: UserId,
): Promise<void> {
  await endAllBrowserSessions(parts.catalogue, context, userId);
  await endAccess(parts, { userId });
}
