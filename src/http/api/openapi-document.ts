// The OpenAPI 3.1 document of the management API, made from the routes themselves.

import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { apiErrorSchema } from './call/api-errors.ts';
import { API_PREFIX, type ApiRoute } from './call/api-route.ts';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const KEY = 'ApiKey';
const SESSION = 'BrowserSession';
// Neon API 2.7.3: securitySchemes
const KEY_COOKIES = { CookieAuth: 'zenith', TokenCookieAuth: 'keycloak_token' } as const;

export interface Installation {
  /** Its public address. */
  readonly url: string;
  readonly brand: string;
  readonly version: string;
  /** The name of the browser session's cookie. */
  readonly sessionCookie: string;
}

export function openApiDocument(routes: readonly ApiRoute[], about: Installation): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', KEY, { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', SESSION, {
    type: 'apiKey',
    in: 'cookie',
    name: about.sessionCookie,
    description: 'For our own pages; changes also need the header x-csrf-token.',
  });
  for (const [scheme, name] of Object.entries(KEY_COOKIES)) {
    const description = 'Holds an API key, as some of Neon’s clients send it besides; a Bearer wins.';
    registry.registerComponent('securitySchemes', scheme, { type: 'apiKey', in: 'cookie', name, description });
  }
  for (const route of routes) registry.registerPath(pathOf(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: `${about.brand} management API`,
      version: about.version,
      description: "Compatible with Neon's API v2; routes and fields of our own are said to be so.",
    },
    servers: [{ url: `${about.url}${API_PREFIX}` }],
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
