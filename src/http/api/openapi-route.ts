// Serves the OpenAPI document to anybody; it reveals nothing of the installation.

import type { RequestHandler, Router } from 'express';
import { VERSION } from '../../version.ts';
import { cookieName } from '../request/cookies.ts';
import { ALL_API_ROUTES } from './all-routes.ts';
import type { ApiParts } from './call/api-call.ts';
import { methodNotAllowed } from './call/api-errors.ts';
import { API_PREFIX } from './call/api-route.ts';
import { openApiDocument } from './openapi-document.ts';

const OPENAPI_PATH = `${API_PREFIX}/openapi.json`;

/** Made once, at the first request. */
export function openApiRoute(router: Router, { config, address }: ApiParts): void {
  let document: string | null = null;
  const serve: RequestHandler = (_request, response) => {
    document ??= JSON.stringify(
      openApiDocument(ALL_API_ROUTES, {
        url: address.url,
        brand: config.brand,
        version: VERSION,
        sessionCookie: cookieName('session', address),
      }),
    );
    response.type('application/json').send(document);
  };
  router
    .route(OPENAPI_PATH)
    .get(serve)
    .all(methodNotAllowed(['get']));
}
