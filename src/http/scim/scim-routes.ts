// SCIM 2.0 of each organization: by its own kind of key alone, never by a browser session.

import express, {
  Router as createRouter,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import { useScimKey } from '../../catalogue/access/use-api-key.ts';
import { PosternError } from '../../errors.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { methodNotAllowed } from '../api/call/api-errors.ts';
import { bearerKey, refuseKey } from '../api/call/authenticate-call.ts';
import { parseBody } from '../api/call/read-body.ts';
import { contextOf } from '../request/request-context.ts';
import * as discovery from './discovery.ts';
import { GROUPS } from './group-endpoints.ts';
import { SCIM_PREFIX, type ScimHandler, type ScimParts, scimBaseUrl } from './scim-call.ts';
import { scimErrors } from './scim-errors.ts';
import { USERS } from './user-endpoints.ts';

/** A group of 10,000 members has about 600 KB. */
const MAX_BODY_BYTES = 1_024 * 1_024;

type Methods = Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', ScimHandler>>;

const ROUTES: ReadonlyArray<readonly [path: string, methods: Methods]> = [
  ['/ServiceProviderConfig', { get: discovery.showProviderConfig }],
  ['/ResourceTypes', { get: discovery.listResourceTypes }],
  ['/ResourceTypes/:id', { get: discovery.showResourceType }],
  ['/Schemas', { get: discovery.listSchemas }],
  ['/Schemas/:id', { get: discovery.showSchema }],
  ['/Users', USERS.all],
  ['/Users/:id', USERS.one],
  ['/Groups', GROUPS.all],
  ['/Groups/:id', GROUPS.one],
];

export function scimRoutes(parts: ScimParts): Router {
  const router = createRouter({ caseSensitive: true });
  for (const [path, methods] of ROUTES) {
    const place = router.route(`${SCIM_PREFIX}/organizations/:orgId${path}`);
    for (const [method, handler] of entriesOf(methods)) {
      place[method](answer(parts, `${method} scim${path}`, handler));
    }
    place.all(methodNotAllowed(Object.keys(methods)));
  }
  router.use(SCIM_PREFIX, () => {
    throw new PosternError('not_found', { params: { thing: 'route' } });
  });
  router.use(SCIM_PREFIX, scimErrors);
  return router;
}

function entriesOf(methods: Methods) {
  const names = ['get', 'post', 'put', 'patch', 'delete'] as const;
  return names.flatMap((name) => (methods[name] === undefined ? [] : [[name, methods[name]] as const]));
}

function answer(parts: ScimParts, route: string, handler: ScimHandler): RequestHandler {
  return async (request, response) => {
    const caller = await authenticate(parts, request, response);
    const { accountId, keyId, context } = caller;
    const address = context.browserIp ?? '';
    requireAllowed(await parts.limits.apiCall({ keyId: `key:${keyId}`, route, address }));
    await takeBody(request, response);
    // A key that was revoked while the body came slowly does nothing.
    if (Buffer.isBuffer(request.body)) await authenticate(parts, request, response);
    const baseUrl = scimBaseUrl(parts.address, accountId);
    await handler({ ...parts, accountId, context, baseUrl, request, response, body: parseBody(request) });
  };
}

/** Before any body is read. Throws `invalid_key`, also for a key of another organization. */
async function authenticate(parts: ScimParts, request: Request, response: Response) {
  const { address, requestId, userAgent } = contextOf(response);
  const key = bearerKey(request) ?? '';
  const used = await useScimKey(parts.catalogue, { key, from: address, accountId: String(request.params.orgId) });
  if (used === null) throw await refuseKey(parts, key, response);
  const { keyId, actor } = used;
  return { keyId, accountId: actor.accountId, context: { actor, requestId, browserIp: address, userAgent } };
}

const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

/** Throws `too_large`. */
async function takeBody(request: Request, response: Response): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    readBytes(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
}
