// Answers every failed SCIM call as RFC 7644, 3.12 has it.

import type { ErrorRequestHandler } from 'express';
import { ERRORS } from '../../error-table/error-table.ts';
import type { PosternError } from '../../errors.ts';
import { asPosternError } from '../pages/error-handler.ts';
import { send } from './scim-call.ts';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const RETRY_AFTER_SECONDS = '2';
const TEMPORARY: ReadonlySet<number> = new Set([423, 429, 503]);

export const scimErrors: ErrorRequestHandler = (thrown: unknown, request, response, _next) => {
  const error = asPosternError(thrown);
  const { httpStatus: status, message, hint, code } = error;
  if (status >= 500) request.log.error({ err: error.cause ?? error, code }, message);
  if (response.headersSent) return void response.destroy();
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (TEMPORARY.has(status)) response.set('Retry-After', error.params.seconds ?? RETRY_AFTER_SECONDS);
  const scimType = scimTypeOf(error);
  const detail = hint === null ? message : `${message}. ${hint}`;
  send(response, status, {
    schemas: [ERROR],
    status: String(status),
    ...(scimType === null ? {} : { scimType }),
    detail: `${detail} (request ${String(request.id)})`,
  });
};

const UNREADABLE = [ERRORS.body_not_json, ERRORS.body_not_utf8, ERRORS.body_unstorable];

/** RFC 7644, table 9. */
function scimTypeOf({ code, entry, httpStatus }: PosternError): string | null {
  if (UNREADABLE.some((each) => each.message === entry.message)) return 'invalidSyntax';
  if (entry.message === ERRORS.already_exists.message) return 'uniqueness';
  switch (code) {
    case 'invalid_filter':
      return 'invalidFilter';
    case 'invalid_path':
      return 'invalidPath';
    case 'read_only':
      return 'mutability';
    case 'invalid_input':
      return httpStatus === 400 ? 'invalidValue' : null;
    default:
      return null;
  }
}
