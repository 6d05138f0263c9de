// Sends a page, compressed where that tells nobody anything. What a page's size could tell whoever
// watches the network and makes a browser load it (BREACH): pages with secrets say `no-transform`,
// requests that another site caused get plain bytes, and form tokens are masked (cookies.ts).

import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

/** Less is not worth it: one packet holds it anyway. */
const LEAST_CHARACTERS = 1_400;
// Quality 4 costs a millisecond for a long page; more gains next to nothing on pages of this size.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_MODE]: 1 } };

const COMPRESS = {
  br: (html: string) => promisify(brotliCompress)(html, BROTLI),
  gzip: (html: string) => promisify(gzip)(html),
} as const;

/** Before `sendHtml`: for pages with a secret, and for those of a login request with its codes. */
export function keepUncompressed(response: Response): void {
  response.set('Cache-Control', 'no-store, no-transform');
}

export async function sendHtml(request: Request, response: Response, html: string): Promise<void> {
  response.type('html').vary('Accept-Encoding');
  const encoding = html.length < LEAST_CHARACTERS || isTelling(request, response) ? null : acceptedEncoding(request);
  // A page that cannot be compressed is sent as it is.
  const body = encoding === null ? null : await COMPRESS[encoding](html).catch(() => null);
  if (body === null) return void response.send(html);
  response.set('Content-Encoding', encoding ?? undefined).send(body);
}

function isTelling(request: Request, response: Response): boolean {
  if (/no-transform/.test(String(response.get('Cache-Control') ?? ''))) return true;
  const site = request.get('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}

/** What the browser reads: Brotli, which is smaller, before gzip, in whatever order it asks. */
export function acceptedEncoding(request: Request): keyof typeof COMPRESS | null {
  if (request.acceptsEncodings('br') === 'br') return 'br';
  return request.acceptsEncodings('gzip') === 'gzip' ? 'gzip' : null;
}
