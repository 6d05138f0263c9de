// Serves the routes: each call is authenticated, counted, checked, performed and answered.

import { Router as createRouter, type Request, type RequestHandler, type Router } from 'express';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { contextOf } from '../request/request-context.ts';
import { ALL_API_ROUTES } from './all-routes.ts';
import type { ApiParts } from './call/api-call.ts';
import { methodNotAllowed, nameRequest, unknownApiPath } from './call/api-errors.ts';
import { API_PREFIX, type ApiRoute } from './call/api-route.ts';
import { authenticateCall } from './call/authenticate-call.ts';
import { parseBody, takeBody } from './call/read-body.ts';
import { openApiRoute } from './openapi-document.ts';

/** On an answer whose change is made, while what rested on it has not ended everywhere yet. */
const ENDING_HEADER = 'x-postern-ending';

/**
 * Everything below `/api/v2`; `turns` once a body is there. `apiErrors` answers failures, also
 * those of earlier handlers.
 */
export function apiRoutes(parts: ApiParts, turns: RequestHandler): Router {
  const router = createRouter({ caseSensitive: true });
  router.use(API_PREFIX, nameRequest);
  openApiRoute(router, parts);
  for (const [path, routes] of byPath(ALL_API_ROUTES)) {
    const place = router.route(path);
    for (const route of routes) {
      place[route.method](
        ...(route.body === null ? [] : [refuseStrangers(parts), takeBody, turns]),
        answer(parts, route),
      );
    }
    place.all(methodNotAllowed(routes.map(({ method }) => method)));
  }
  router.use(API_PREFIX, unknownApiPath);
  return router;
}

/** Before a body is read, or each connection of anybody holds 256 KB of memory for it. */
function refuseStrangers(parts: ApiParts): RequestHandler {
  return async (request, response, next) => {
    if (contextOf(response).session === null) await authenticateCall(parts, request, response);
    next();
  };
}

function answer(parts: ApiParts, route: ApiRoute): RequestHandler {
  return async (request, response) => {
    const caller = await authenticateCall(parts, request, response);
    const { requestId, address, userAgent } = contextOf(response);
    const counted = { keyId: caller.limitKey, route: `${route.method} ${route.path}`, address, also: route.limit };
    requireAllowed(await parts.limits.apiCall(counted));
    const context = { actor: caller.actor, requestId, browserIp: address, userAgent };
    const onUnderWay = () => void response.setHeader(ENDING_HEADER, 'under-way');
    const body = await route.perform({ ...parts, caller, context, onUnderWay }, rawInput(request, route));
    response.status(route.status).json(body);
  };
}

function rawInput(request: Request, route: ApiRoute) {
  const { params } = request;
  return {
    params,
    query: withoutEmpty(plainNames(request.query)),
    body: route.body === null ? {} : parseBody(request),
  };
}

/** Neon's client of 2024 writes the elements of an array as `metrics[]=a&metrics[]=b`. */
function plainNames(query: Request['query']): Record<string, unknown> {
  const names = Object.keys(query).filter((name) => name.endsWith('[]'));
  const arrays = names.map((name) => [name.slice(0, -2), query[name]] as const);
  return { ...Object.fromEntries(arrays), ...query };
}

/** Clients and forms send what was not filled in as `limit=&search=`. */
function withoutEmpty(query: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => [value].flat().some((text) => text !== '')));
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
