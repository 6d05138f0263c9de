// The OpenAPI 3.1 document of the management API, made from the routes themselves.

import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { apiErrorSchema } from './api-errors.ts';
import { API_PREFIX, type ApiRoute } from './api-route.ts';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const KEY = 'ApiKey';
const SESSION = 'BrowserSession';

/** `url` is the public address of this installation. */
export function openApiDocument(
  routes: readonly ApiRoute[],
  about: { readonly url: string; readonly brand: string; readonly version: string },
): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', KEY, { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', SESSION, {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-postern_session',
    description: 'For our own pages; changes also need the header x-csrf-token.',
  });
  for (const route of routes) registry.registerPath(pathOf(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: `${about.brand} management API`,
      version: about.version,
      description: "Compatible with Neon's API v2; routes and fields of our own are said to be so.",
    },
    servers: [{ url: `${about.url}${API_PREFIX}` }],
    security: [{ [KEY]: [] }, { [SESSION]: [] }],
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
      [route.status]: { description: 'Done.', content: { 'application/json': { schema: route.reply } } },
      default: { description: 'Refused.', content: { 'application/json': { schema: apiErrorSchema } } },
    },
  };
}
