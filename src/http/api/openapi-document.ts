// The OpenAPI 3.1 document, made from the routes. Reveals nothing of the installation.

import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { RequestHandler, Router } from 'express';
import { VERSION } from '../../version.ts';
import { cookieName } from '../request/cookies.ts';
import { ALL_API_ROUTES } from './all-routes.ts';
import type { ApiParts } from './call/api-call.ts';
import { apiErrorSchema, methodNotAllowed } from './call/api-errors.ts';
import { API_PREFIX, type ApiRoute } from './call/api-route.ts';

const KEY = 'ApiKey';
const SESSION = 'BrowserSession';
// Neon API 2.7.3: securitySchemes
const KEY_COOKIES = { CookieAuth: 'zenith', TokenCookieAuth: 'keycloak_token' } as const;

export const OPENAPI_PATH = `${API_PREFIX}/openapi.json`;

/** Serves the document to anybody; made once, at the first request. */
export function openApiRoute(router: Router, parts: ApiParts): void {
  let document: string | null = null;
  const serve: RequestHandler = (_request, response) => {
    document ??= JSON.stringify(openApiDocument(parts));
    response.type('application/json').send(document);
  };
  router
    .route(OPENAPI_PATH)
    .get(serve)
    .all(methodNotAllowed(['get']));
}

export function openApiDocument({ config, address }: Pick<ApiParts, 'config' | 'address'>) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', KEY, { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', SESSION, {
    type: 'apiKey',
    in: 'cookie',
    name: cookieName('session', address, address.url),
    description: 'For our own pages; changes also need the header x-csrf-token.',
  });
  for (const [scheme, name] of Object.entries(KEY_COOKIES)) {
    const description = 'Holds an API key, as some of Neon’s clients send it besides; a Bearer wins.';
    registry.registerComponent('securitySchemes', scheme, { type: 'apiKey', in: 'cookie', name, description });
  }
  for (const route of ALL_API_ROUTES) registry.registerPath(pathOf(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: `${config.brand} management API`,
      version: VERSION,
      description: "Compatible with Neon's API v2; routes and fields of our own are said to be so.",
    },
    servers: [{ url: `${address.url}${API_PREFIX}` }],
    security: [KEY, SESSION, ...Object.keys(KEY_COOKIES)].map((scheme) => ({ [scheme]: [] })),
  });
}

function pathOf(route: ApiRoute): RouteConfig {
  const { method, path, operationId, summary, tag, params, query, body } = route;
  return {
    method,
    path,
    operationId,
    summary,
    tags: [tag],
    request: {
      params,
      query,
      ...(body === null ? {} : { body: { content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      [route.status]: {
        description: route.status === 422 ? 'Not offered here.' : 'Done.',
        content: { 'application/json': { schema: route.reply } },
      },
      default: { description: 'Refused.', content: { 'application/json': { schema: apiErrorSchema } } },
    },
  };
}
