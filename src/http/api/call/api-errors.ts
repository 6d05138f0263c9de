// Answers every failed API call as Neon's clients expect: a message, and the request's id.

import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { PosternError } from '../../../errors.ts';
import { asPosternError } from '../../pages/error-handler.ts';

// neonctl shows the id of this header.
const NEON_REQUEST_ID = 'x-neon-ret-request-id';
/** Statuses after which a client may repeat the call: busy, limited, away. */
const TEMPORARY: ReadonlySet<number> = new Set([423, 429, 503]);
/** For what is usually over by then; a limit knows its own time. */
const RETRY_AFTER_SECONDS = '2';

// Neon API 2.7.3: GeneralError
export const apiErrorSchema = z
  .object({
    code: z.string().meta({ description: 'Stable; see the table of errors.' }),
    message: z.string(),
    request_id: z.string(),
  })
  .meta({ id: 'Error' });

/** An error with further fields beside `code` and `message`: Neon's bodies for broken limits. */
export class ApiRefusal extends Error {
  readonly error: PosternError;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(error: PosternError, details: Readonly<Record<string, unknown>>) {
    super(error.message);
    this.name = 'ApiRefusal';
    this.error = error;
    this.details = details;
  }
}

export const nameRequest: RequestHandler = (request, response, next) => {
  response.set(NEON_REQUEST_ID, String(request.id));
  next();
};

export const unknownApiPath: RequestHandler = () => {
  throw new PosternError('not_found', { params: { thing: 'route' } });
};

export function methodNotAllowed(methods: readonly string[]): RequestHandler {
  return (_request, response) => {
    response.set('Allow', methods.map((method) => method.toUpperCase()).join(', '));
    throw new PosternError('method_not_allowed');
  };
}

// RFC 6750, 3
function challengeOf({ code, httpStatus, params }: PosternError): string | null {
  if (code === 'scope_missing') return `Bearer error="insufficient_scope", scope="${params.scope ?? ''}"`;
  return httpStatus === 401 ? 'Bearer' : null;
}

export const apiErrors: ErrorRequestHandler = (thrown: unknown, request, response, _next) => {
  const { error, details } = thrown instanceof ApiRefusal ? thrown : { error: asPosternError(thrown), details: {} };
  if (error.httpStatus >= 500) request.log.error({ err: error.cause ?? error, code: error.code }, error.message);
  if (response.headersSent) return void response.destroy();
  response.set(NEON_REQUEST_ID, String(request.id));
  const challenge = challengeOf(error);
  if (challenge !== null) response.set('WWW-Authenticate', challenge);
  if (TEMPORARY.has(error.httpStatus)) response.set('Retry-After', error.params.seconds ?? RETRY_AFTER_SECONDS);
  const { code, message } = error;
  response.status(error.httpStatus).json({ code, message, request_id: String(request.id), ...details });
};
