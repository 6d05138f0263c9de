// Authenticates a call by a key or a program's token, else by our own browser session, else by
// Neon's cookies.

import type { Request, Response } from 'express';
import { useApiKey } from '../../../catalogue/access/use-api-key.ts';
import { useOauthToken } from '../../../catalogue/programs/use-oauth-token.ts';
import { loadPersonActor, SYSTEM } from '../../../catalogue/rights/actors.ts';
import { auditActor } from '../../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../../errors.ts';
import { requireAllowed } from '../../../limits/require-allowed.ts';
import { terminalKey } from '../../../network-address.ts';
import { cookieValue } from '../../request/cookies.ts';
import { askSessionAgain, contextOf } from '../../request/request-context.ts';
import { checkOwnRequest } from '../../security/require-own-form.ts';
import type { ApiParts, Caller } from './api-call.ts';

// Neon API 2.7.3: securitySchemes; neonctl puts its key into both.
const KEY_COOKIES = ['zenith', 'keycloak_token'] as const;
const BEARER = /^Bearer +(\S{1,256}) *$/i;

/**
 * After the body was read. Throws `invalid_key`, `rate_limited`, `forged_request` for a change from
 * another site.
 */
export async function authenticateCall(parts: ApiParts, request: Request, response: Response): Promise<Caller> {
  const bearer = bearerKey(request);
  if (bearer !== null) return callerOfKey(parts, bearer, response);
  await askSessionAgain(parts, response);
  const { session } = contextOf(response);
  // NOTE: requests that another site may have caused are refused before any cookie is believed.
  if (session !== null || isFromBrowser(request)) checkOwnRequest(request, response, parts.address);
  const person = session === null ? null : await loadPersonActor(parts.catalogue, session.user.id);
  if (person !== null && session !== null) {
    const actor = { ...person, viaSessionId: session.sessionId, viaSignIn: session.signIn.method };
    return { actor, authMethod: 'session_cookie', limitKey: `person:${person.userId}` };
  }
  const key = KEY_COOKIES.map((name) => cookieValue(request, name)).find((value) => value !== null);
  return callerOfKey(parts, key ?? '', response);
}

async function callerOfKey(parts: ApiParts, key: string, response: Response): Promise<Caller> {
  const { address } = contextOf(response);
  const used = await useApiKey(parts.catalogue, key, address);
  if (used !== null) {
    const authMethod = used.kind === 'personal' ? 'api_key_user' : 'api_key_org';
    return { actor: used.actor, authMethod, limitKey: `key:${used.keyId}` };
  }
  const program = await useOauthToken(parts.catalogue, key, address);
  if (program === null) throw await refuseKey(parts, key, response);
  return { actor: program.actor, authMethod: 'oauth', limitKey: `consent:${program.consentId}` };
}

/** Null without an Authorization header, empty for one that names no key. */
export function bearerKey(request: Request): string | null {
  const authorization = request.get('authorization');
  return authorization === undefined ? null : (BEARER.exec(authorization)?.[1] ?? '');
}

type RefusingParts = Pick<ApiParts, 'limits' | 'auditTrail' | 'clock' | 'catalogue'>;

/** Counts and audits an unknown key; a call without a key is only counted. */
export async function refuseKey(parts: RefusingParts, key: string, response: Response): Promise<PosternError> {
  const { address, requestId, userAgent } = contextOf(response);
  const verdict = await parts.limits.apiCall({
    keyId: `nobody:${terminalKey(address)}`,
    route: 'authenticate',
    address,
  });
  requireAllowed(verdict);
  if (key !== '' && parts.limits.failures.take(address, 'invalid_key')) {
    parts.auditTrail.record({
      at: parts.clock.now(),
      nodeId: parts.catalogue.nodeId,
      event: 'secret.rejected',
      outcome: 'refused',
      reason: 'invalid_key',
      requestId,
      browserIp: address,
      untrustedUserAgent: userAgent,
      ...auditActor(SYSTEM),
    });
  }
  return new PosternError('invalid_key');
}

/** Browsers name the site or origin of requests that could change something; programs do not. */
function isFromBrowser(request: Request): boolean {
  return request.get('sec-fetch-site') !== undefined || request.get('origin') !== undefined;
}
