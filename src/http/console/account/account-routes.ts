// Billing and settings of an account.

import { Router as createRouter, type Router } from 'express';
import { openAccount } from '../shell/console-call.ts';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { formRoute, pageRoute } from '../shell/form-route.ts';
import * as settings from './account-settings.ts';
import { saveBilling, savePlan, showBilling } from './billing.ts';

export function accountRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  const form = (path: string, ...[act, show]: [act: typeof saveBilling, show: typeof showBilling]) =>
    router.post(`/app/:accountId${path}`, formRoute(parts, openAccount, { act, show }));
  router.get('/app/:accountId/billing', pageRoute(parts, openAccount, showBilling));
  router.get('/app/:accountId/settings', pageRoute(parts, openAccount, settings.showSettings));
  router.get('/app/:accountId/settings/delete', pageRoute(parts, openAccount, settings.askDeleteAccount));
  form('/billing', saveBilling, showBilling);
  form('/billing/plan', savePlan, showBilling);
  form('/settings/name', settings.renameAccount, settings.showSettings);
  form('/settings/policy', settings.savePolicy, settings.showSettings);
  form('/settings/delete', settings.deleteAccount, settings.askDeleteAccount);
  return router;
}
