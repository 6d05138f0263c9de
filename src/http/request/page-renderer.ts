// Renders a page of web/ and its props to HTML, in the frame that all pages share.

import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { PageFrame } from '../../../web/layout/page-frame.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { csrfTokenOfVisitor, ensureVisitor } from './cookies.ts';
import { findContext } from './request-context.ts';
import type { WebAssets } from './static-assets.ts';

interface Framed {
  readonly frame: PageFrame;
}

export interface PageRenderer {
  send<Props extends Framed>(
    request: Request,
    response: Response,
    ...content: [page: (props: Props) => VNode, props: Omit<Props, 'frame'>]
  ): void;
}

export function createPageRenderer(options: {
  readonly brand: string;
  readonly assets: WebAssets;
  readonly address: PublicAddress;
}): PageRenderer {
  const { brand, assets, address } = options;
  return {
    send<Props extends Framed>(
      request: Request,
      response: Response,
      ...[page, props]: [page: (props: Props) => VNode, props: Omit<Props, 'frame'>]
    ) {
      const session = findContext(response)?.session ?? null;
      const frame: PageFrame = {
        brand,
        assets: assets.paths,
        person:
          session === null ? null : { name: cleanForPage(session.user.name), email: cleanForPage(session.user.email) },
        csrfToken: session?.csrfToken ?? csrfTokenOfVisitor(ensureVisitor(request, response, address)),
      };
      response.type('html').send(`<!doctype html>${renderToString(page({ ...props, frame } as Props))}`);
    },
  };
}
