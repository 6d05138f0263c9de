// The body of an API call: JSON whatever its content type says, since clients send empty bodies as forms.

import express, { type Request, type RequestHandler } from 'express';
import { PosternError } from '../../errors.ts';

const MAX_BODY_BYTES = 256 * 1024;

/** Takes the bytes in; for routes that have a body. A larger body ends in `too_large`. */
export const takeBody: RequestHandler = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

/** What `takeBody` took; an empty body is an empty object. Throws `invalid_input` for what is not JSON. */
export function parseBody(request: Request): unknown {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new PosternError('invalid_input', { params: { problem: 'the body is not JSON' }, cause });
  }
}
