// Renders a page of web/ and its props to HTML, in the frame that all pages share.

import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { PageFrame } from '../../../web/layout/page-frame.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import type { ShownOnce } from '../forms/shown-once.ts';
import { ensureVisitor, markedCsrfToken } from '../request/cookies.ts';
import { findContext } from '../request/request-context.ts';
import { keepUncompressed, sendHtml } from '../request/send-html.ts';
import type { WebAssets } from '../request/static-assets.ts';
import { themeOf } from '../request/theme.ts';
import { helpForPage } from './help-for-page.ts';

interface Framed {
  readonly frame: PageFrame;
}

export interface PageRenderer {
  /** After a form: redirects to the page, which may contain secrets, so that it can be reloaded. */
  sendOnce<Props extends Framed>(
    request: Request,
    response: Response,
    ...content: [page: (props: Props) => VNode, props: Omit<Props, 'frame'>]
  ): Promise<void>;
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
  readonly shownOnce: Pick<ShownOnce, 'keep'>;
}): PageRenderer {
  const { brand, assets, address, shownOnce } = options;
  const htmlOf = <Props extends Framed>(
    request: Request,
    response: Response,
    ...[page, props]: [page: (props: Props) => VNode, props: Omit<Props, 'frame'>]
  ): string => {
    const session = findContext(response)?.session ?? null;
    const frame: PageFrame = {
      brand,
      assets: assets.paths,
      helpHref: helpForPage(request.path),
      path: pathWithoutNews(request),
      theme: themeOf(request, address),
      person:
        session === null ? null : { name: cleanForPage(session.user.name), email: cleanForPage(session.user.email) },
      csrfToken: markedCsrfToken(ensureVisitor(request, response, address), session?.user.id ?? null),
    };
    return `<!doctype html>${renderToString(page({ ...props, frame } as Props))}`;
  };
  return {
    send(request, response, ...content) {
      void sendHtml(request, response, htmlOf(request, response, ...content));
    },
    async sendOnce(request, response, ...content) {
      const html = htmlOf(request, response, ...content);
      // NOTE: what was made must be shown, also when Redis went away meanwhile.
      const path = await shownOnce.keep(request, html).catch(() => null);
      if (path !== null) return response.redirect(303, path);
      keepUncompressed(response);
      await sendHtml(request, response, html);
    },
  };
}

/** What is said once, such as the toast of a form. */
const NEWS = ['done', 'also', 'said', 'to', 'welcome'];

function pathWithoutNews({ originalUrl }: Request): string {
  const [path = '/', query = ''] = originalUrl.split('?', 2);
  const kept = new URLSearchParams(query);
  for (const name of NEWS) kept.delete(name);
  return kept.size === 0 ? path : `${path}?${kept}`;
}
