// A request as the provider takes it: with a body that was read already, and at the public address,
// whatever host, scheme or whole address the client or a proxy names.

import { IncomingMessage } from 'node:http';
import { stringify } from 'node:querystring';
import type { Request } from 'express';
import { z } from 'zod';
import type { PublicAddress } from '../../../config/public-address.ts';

const formSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())])).catch({});

/** Of these the provider makes addresses, or reads the body. */
const REPLACED = /^(?:host|forwarded|x-forwarded-.*|transfer-encoding|content-length)$/;

/** `query`: with its question mark; absent: that of the request. */
export function providerRequest(
  request: Request,
  address: Pick<PublicAddress, 'url'>,
  query = queryOf(request),
): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  const isForm = request.method === 'POST';
  const body = isForm ? Buffer.from(stringify(formSchema.parse(request.body ?? {}))) : Buffer.alloc(0);
  const headers = Object.entries(request.headers).filter(([name]) => !REPLACED.test(name));
  const { host, protocol } = new URL(address.url);
  copy.method = request.method;
  copy.url = `${request.path}${query}`;
  copy.headers = {
    ...Object.fromEntries(headers),
    host,
    'x-forwarded-proto': protocol.slice(0, -1),
    ...(isForm && { 'content-length': String(body.length) }),
  };
  if (isForm) copy.push(body);
  copy.push(null);
  copy.complete = true;
  return copy;
}

/** With its question mark; empty: none. */
export function queryOf({ url }: Request): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}
