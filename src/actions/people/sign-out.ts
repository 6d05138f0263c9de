// Signing out: of one browser, or everywhere.

import { endAllBrowserSessions, endBrowserSession } from '../../catalogue/accounts/browser-sessions.ts';
import { catalogueAction, endingAction } from '../catalogue-action.ts';

/** Ends one browser session of the person; false when the person has no such session. */
export const signOut = catalogueAction(endBrowserSession);

/** Ends all browser sessions of the person, with every grant and live connection. */
export const signOutEverywhere = endingAction(endAllBrowserSessions);
