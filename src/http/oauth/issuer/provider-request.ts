// A request as the provider takes it: with a body that was read already, and with the scheme of the
// public address, which a proxy in front may have ended.

import { IncomingMessage } from 'node:http';
import { stringify } from 'node:querystring';
import type { Request } from 'express';
import { z } from 'zod';
import type { PublicAddress } from '../../../config/public-address.ts';

const formSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())])).catch({});

/** `url`: path and query; absent: those of the request. */
export function providerRequest(
  request: Request,
  { isHttps }: Pick<PublicAddress, 'isHttps'>,
  url = request.originalUrl,
): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  const isForm = request.method === 'POST';
  const body = isForm ? Buffer.from(stringify(formSchema.parse(request.body ?? {}))) : Buffer.alloc(0);
  const { 'transfer-encoding': _framing, 'content-length': _length, ...headers } = request.headers;
  copy.method = request.method;
  copy.url = url;
  copy.headers = {
    ...headers,
    'x-forwarded-proto': isHttps ? 'https' : 'http',
    ...(isForm && { 'content-length': String(body.length) }),
  };
  if (isForm) copy.push(body);
  copy.push(null);
  copy.complete = true;
  return copy;
}
