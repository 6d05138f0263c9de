// The endpoints of OAuth: for psql as a device, and for programs that come by a browser. The page
// that asks a person is in issuer/consent-routes.ts.

import {
  Router as createRouter,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
  urlencoded,
} from 'express';
import { tooLong } from '../request/bounded-addresses.ts';
import { requireSession } from '../request/request-context.ts';
import { authorizeDevice, type DeviceParts, giveDeviceToken } from './device-endpoints.ts';
import { deviceDiscoveryOf, discoveryOf } from './discovery.ts';
import type { TokenIssuer } from './issuer/issuer.ts';
import { PATHS } from './issuer/paths.ts';
import { queryOf } from './issuer/provider-request.ts';

const MAX_FORM_BYTES = 8 * 1_024;
const MAX_FORM_FIELDS = 20;
/** With its path. neonctl takes 700; a sign-in at an identity provider brings 1,024 back. */
const MAX_REQUEST_CHARACTERS = 2_048;
const PROGRAM_GRANTS: ReadonlySet<unknown> = new Set(['authorization_code', 'refresh_token']);

interface OauthParts extends DeviceParts {
  /** Null where no program may ask people for access. */
  readonly issuer: TokenIssuer | null;
  /** Once a form is there: those of very many connections can end in one turn. */
  readonly turns: RequestHandler;
}

/** Come before the checks of forms: clients of OAuth send no cookie and no form token. */
export function oauthRoutes(parts: OauthParts): Router {
  const { issuer, address, turns } = parts;
  const router = createRouter();
  const form = urlencoded({ extended: false, limit: MAX_FORM_BYTES, parameterLimit: MAX_FORM_FIELDS });
  const document = issuer === null ? deviceDiscoveryOf(address) : discoveryOf(address);
  const discovery = (_request: Request, response: Response) => void response.json(document);
  router.get('/.well-known/openid-configuration', discovery);
  router.get('/.well-known/oauth-authorization-server', discovery);
  router.post(PATHS.device, form, turns, (request, response) => authorizeDevice(parts, request, response));
  router.post(PATHS.token, form, turns, async (request, response, next) => {
    if (issuer !== null && PROGRAM_GRANTS.has(request.body?.grant_type)) return next();
    await giveDeviceToken(parts, request, response);
  });
  if (issuer === null) return router;
  const answer: RequestHandler = (request, response) => issuer.answer(request, response);
  router.get(PATHS.authorization, (request, response) => authorize(issuer, request, response));
  router.get(`${PATHS.authorization}/:uid`, answer);
  // NOTE: no rates: codes and tokens of 256 bits are found by digest, and nobody is refused one for
  // a neighbour's wrong ones.
  router.post(PATHS.token, answer);
  router.post(PATHS.revocation, form, turns, answer);
  router.get(PATHS.userinfo, answer);
  router.get(PATHS.jwks, async (_request, response) => {
    response.set('Cache-Control', 'public, max-age=3600').json({ keys: await issuer.publicKeys() });
  });
  return router;
}

/**
 * NOTE: whoever is not signed in has to be first, and comes back: what a request keeps for minutes
 * is kept for people only. `prompt=none` keeps nothing, and is answered to the program.
 */
async function authorize(issuer: TokenIssuer, request: Request, response: Response): Promise<void> {
  if (request.url.length > MAX_REQUEST_CHARACTERS) throw tooLong(`${MAX_REQUEST_CHARACTERS} characters`);
  // Without a value it counts as left out (RFC 6749, 3.1).
  if ((request.query.response_mode || 'query') !== 'query') {
    return issuer.refuse(request, response, 'unsupported_response_mode');
  }
  if (request.query.prompt !== 'none') requireSession(response);
  await issuer.answer(request, response, askingQuery(request));
}

/**
 * Everybody is asked for consent, whether or not the program asks us to. Said in its request, or
 * the provider would drop `offline_access` (OpenID Connect Core 1.0, 11).
 */
function askingQuery(request: Request): string {
  const query = queryOf(request);
  if (request.query.prompt !== undefined) return query;
  return `${query === '' ? '?' : `${query}&`}prompt=consent`;
}
