// The body of an API call: JSON whatever its content type says; clients send empty ones as forms.

import express, { type Request, type RequestHandler } from 'express';
import { PosternError } from '../../../errors.ts';

const MAX_BODY_BYTES = 256 * 1024;

/** Reads the bytes, for routes with a body. A larger body ends in `too_large`. */
export const takeBody: RequestHandler = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

/** An empty body is an empty object. Throws `invalid_input` unless it is JSON in UTF-8. */
export function parseBody(request: Request): unknown {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return {};
  const text = decode(bytes);
  try {
    return JSON.parse(text, refuseUnkeepable);
  } catch (cause) {
    throw cause instanceof PosternError ? cause : new PosternError('body_not_json', { cause });
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PosternError('body_not_utf8', { cause });
  }
}

// JSON can escape both, Postgres can store neither.
const UNKEEPABLE = /\0|\p{Surrogate}/u;

function refuseUnkeepable(key: string, value: unknown): unknown {
  if (UNKEEPABLE.test(key) || (typeof value === 'string' && UNKEEPABLE.test(value))) {
    throw new PosternError('body_unstorable');
  }
  return value;
}
