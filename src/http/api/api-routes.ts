// Serves the routes of all-routes.ts: each call is authenticated, counted, checked, performed and
// answered, in this order.

import { Router as createRouter, type Request, type RequestHandler, type Response, type Router } from 'express';
import { PosternError } from '../../errors.ts';
import { contextOf } from '../request/request-context.ts';
import { ALL_API_ROUTES } from './all-routes.ts';
import type { ApiCall, ApiParts, Caller } from './call/api-call.ts';
import { methodNotAllowed, nameRequest, unknownApiPath } from './call/api-errors.ts';
import { API_PREFIX, type ApiRoute } from './call/api-route.ts';
import { authenticateCall } from './call/authenticate-call.ts';
import { parseBody, takeBody } from './call/read-body.ts';
import { openApiRoute } from './openapi-document.ts';

/** Everything below `/api/v2`. `apiErrors` answers failures, also those of earlier handlers. */
export function apiRoutes(parts: ApiParts): Router {
  const router = createRouter({ caseSensitive: true });
  router.use(API_PREFIX, nameRequest);
  openApiRoute(router, parts);
  for (const [path, routes] of byPath(ALL_API_ROUTES)) {
    const place = router.route(path);
    for (const route of routes) {
      place[route.method](...(route.body === null ? [] : [takeBody]), answer(parts, route));
    }
    place.all(methodNotAllowed(routes.map(({ method }) => method)));
  }
  router.use(API_PREFIX, unknownApiPath);
  return router;
}

function answer(parts: ApiParts, route: ApiRoute): RequestHandler {
  return async (request, response) => {
    const caller = await authenticateCall(parts, request, response);
    await countCall({ parts, caller, route, response });
    const call = apiCall({ parts, caller, response });
    const body = await route.perform(call, rawInput(request, route));
    response.status(route.status).json(body);
  };
}

async function countCall(counted: {
  readonly parts: ApiParts;
  readonly caller: Caller;
  readonly route: ApiRoute;
  readonly response: Response;
}): Promise<void> {
  const { parts, caller, route, response } = counted;
  const verdict = await parts.limits.apiCall({
    keyId: caller.limitKey,
    route: `${route.method} ${route.path}`,
    address: contextOf(response).address,
    also: route.limit,
  });
  if (verdict === 'limited') throw new PosternError('rate_limited');
}

function apiCall({ parts, caller, response }: { parts: ApiParts; caller: Caller; response: Response }): ApiCall {
  const { requestId, address, userAgent } = contextOf(response);
  return { ...parts, caller, context: { actor: caller.actor, requestId, browserIp: address, userAgent } };
}

function rawInput(request: Request, route: ApiRoute) {
  const { params } = request;
  return { params, query: plainNames(request.query), body: route.body === null ? {} : parseBody(request) };
}

/** Neon's client of 2024 writes the elements of an array as `metrics[]=a&metrics[]=b`. */
function plainNames(query: Request['query']): Record<string, unknown> {
  const names = Object.keys(query).filter((name) => name.endsWith('[]'));
  const arrays = names.map((name) => [name.slice(0, -2), query[name]] as const);
  return { ...Object.fromEntries(arrays), ...query };
}

/** Routes by path in Express' notation with the prefix, in the order of the list. */
function byPath(routes: readonly ApiRoute[]): Map<string, ApiRoute[]> {
  const grouped = new Map<string, ApiRoute[]>();
  for (const route of routes) {
    const path = `${API_PREFIX}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    grouped.set(path, [...(grouped.get(path) ?? []), route]);
  }
  return grouped;
}
