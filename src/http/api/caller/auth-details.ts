// The credential of the call, and its account.

import { z } from 'zod';
import { assertNever } from '../../../assert-never.ts';
import type { Actor } from '../../../catalogue/rights/actors.ts';
import { apiRoute } from '../call/api-route.ts';

// Neon API 2.7.3: AuthDetailsResponse
const authDetailsShape = z
  .object({
    account_id: z.string(),
    auth_method: z.enum(['session_cookie', 'api_key_user', 'api_key_org', 'oauth', 'keycloak']),
  })
  .meta({ id: 'AuthDetails' });

export const getAuthDetails = apiRoute({
  method: 'get',
  path: '/auth',
  operationId: 'getAuthDetails',
  summary: 'The credential of this call',
  tag: 'Caller',
  status: 200,
  reply: authDetailsShape,
  perform: async ({ caller }) => ({ account_id: accountOf(caller.actor), auth_method: caller.authMethod }),
});

function accountOf(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return actor.userId;
    case 'organization_key':
    case 'project_key':
      return actor.accountId;
    case 'system':
      return '';
    default:
      return assertNever(actor);
  }
}
