// API keys and access tokens.

import { Router as createRouter, type Router } from 'express';
import { openAccount } from '../shell/console-call.ts';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { formRoute, pageRoute } from '../shell/form-route.ts';
import { askRevokeToken, revokeToken, showAccessTokens } from './access-tokens-page.ts';
import { askRevokeApiKey, createApiKey, revokeApiKey, showApiKeys } from './api-keys-page.ts';
import { createToken, showNewToken } from './new-access-token.ts';

const KEYS = '/app/:accountId/api-keys';
const TOKENS = '/app/:accountId/access-tokens';

export function keyRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  router.get(KEYS, pageRoute(parts, openAccount, showApiKeys));
  router.post(KEYS, formRoute(parts, openAccount, { act: createApiKey, show: showApiKeys }));
  router.get(`${KEYS}/:keyId/revoke`, pageRoute(parts, openAccount, askRevokeApiKey));
  router.post(`${KEYS}/:keyId/revoke`, formRoute(parts, openAccount, { act: revokeApiKey, show: askRevokeApiKey }));
  router.get(TOKENS, pageRoute(parts, openAccount, showAccessTokens));
  router.get(`${TOKENS}/new`, pageRoute(parts, openAccount, showNewToken));
  router.post(`${TOKENS}/new`, formRoute(parts, openAccount, { act: createToken, show: showNewToken }));
  router.get(`${TOKENS}/:tokenId/revoke`, pageRoute(parts, openAccount, askRevokeToken));
  router.post(`${TOKENS}/:tokenId/revoke`, formRoute(parts, openAccount, { act: revokeToken, show: askRevokeToken }));
  return router;
}
