// The pages of the reference of the management API, and the answer of its own address, which people
// open because the console prints it.

import { Router as createRouter, type Request, type Router } from 'express';
import type { DocsProps } from '../../../web/components/docs/docs-view.ts';
import { ApiGroupPage, ApiIndexPage, ApiObjectsPage } from '../../../web/pages/docs/api-reference-pages.tsx';
import { MessagePage } from '../../../web/pages/message-page.tsx';
import type { Config } from '../../config/config.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { VERSION } from '../../version.ts';
import { API_PREFIX } from '../api/call/api-route.ts';
import { OPENAPI_PATH, openApiDocument } from '../api/openapi-document.ts';
import type { PageRenderer } from '../pages/page-renderer.ts';
import { type ApiReference, apiReference } from './api-reference.ts';
import { API_GUIDE_PATH, API_REFERENCE_PATH } from './chapters.ts';

interface ReferenceParts {
  readonly config: Config;
  readonly address: PublicAddress;
  readonly renderer: PageRenderer;
}

/** `docsProps` is what all pages of the documentation share. */
export function apiReferenceRoutes(
  { config, address, renderer }: ReferenceParts,
  docsProps: (request: Request) => Omit<DocsProps, 'frame'>,
): Router {
  const apiUrl = `${address.url}${API_PREFIX}`;
  let made: ApiReference | null = null;
  const reference = () => {
    made ??= apiReference(openApiDocument({ config, address }), apiUrl, API_REFERENCE_PATH);
    return made;
  };
  const router = createRouter();
  router.get(API_REFERENCE_PATH, (request, response) =>
    renderer.send(request, response, ApiIndexPage, {
      ...docsProps(request),
      apiUrl,
      openApiPath: OPENAPI_PATH,
      guidePath: API_GUIDE_PATH,
      objectsPath: `${API_REFERENCE_PATH}/objects`,
      apiGroups: reference().groups,
    }),
  );
  router.get(`${API_REFERENCE_PATH}/objects`, (request, response) =>
    renderer.send(request, response, ApiObjectsPage, { ...docsProps(request), objects: reference().objects }),
  );
  router.get(`${API_REFERENCE_PATH}/:group`, (request, response) => {
    const group = reference().groups.find(({ href }) => href === request.path);
    if (group === undefined) throw new PosternError('not_found', { params: { thing: 'page' } });
    renderer.send(request, response, ApiGroupPage, { ...docsProps(request), group });
  });
  return router;
}

/** A page for browsers; programs get the addresses of the documents. */
export function apiAddressRoute({ config, address, renderer }: ReferenceParts): Router {
  const router = createRouter();
  router.get(API_PREFIX, (request, response) => {
    // A client that takes anything, such as curl, is a program.
    if (request.accepts(['json', 'html']) !== 'html') {
      const documents = { documentation: API_REFERENCE_PATH, openapi: OPENAPI_PATH };
      const urls = Object.entries(documents).map(([name, path]) => [name, `${address.url}${path}`]);
      response.json({ name: `${config.brand} management API`, version: VERSION, ...Object.fromEntries(urls) });
      return;
    }
    renderer.send(request, response, MessagePage, {
      tone: 'plain',
      title: 'This address is for programs',
      text: `${config.brand}’s management API answers here. The reference lists its routes, each with a curl command.`,
      reference: null,
      link: { label: 'API reference', href: API_REFERENCE_PATH },
    });
  });
  return router;
}
