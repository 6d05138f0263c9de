// Our own errors as the client's last message.

import type { PosternError } from '../errors.ts';
import { errorResponse } from '../protocol/backend-messages.ts';

// libpq takes 42704 for a server that does not know application_name, and would connect again without it.
const UNDEFINED_OBJECT = '42704';
const INVALID_PARAMETER_VALUE = '22023';

/** FATAL; `detail` names the connection or login request for support. */
export function fatalResponse({ sqlstate, message, hint }: PosternError, detail: string | null): Buffer {
  return errorResponse({ severity: 'FATAL', sqlstate: harmlessSqlstate(sqlstate), message, detail, hint });
}

/** The code itself, unless a client would draw its own conclusions from it. */
export function harmlessSqlstate(sqlstate: string): string {
  return sqlstate === UNDEFINED_OBJECT ? INVALID_PARAMETER_VALUE : sqlstate;
}
