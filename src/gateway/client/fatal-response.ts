// Our own errors as the client's last message.

import { type PosternError, wordsOf } from '../../errors.ts';
import { errorResponse } from '../../protocol/backend-messages.ts';
import { cleanForTerminal, cleanOperatorText } from '../../untrusted-text.ts';

// libpq reads 42704 as a server that does not know application_name, and would connect again
// without it.
const UNDEFINED_OBJECT = '42704';
const INVALID_PARAMETER_VALUE = '22023';

/** Parameters that are other people's names: cut like every name that a terminal shows. */
const NAMES: ReadonlySet<string> = new Set(['project', 'compute', 'database', 'role', 'parameter', 'address']);

/**
 * FATAL; `detail` names the connection or login request for support. Names of others are cleaned
 * (docs/security.md, T12).
 */
export function fatalResponse(error: PosternError, detail: string | null): Buffer {
  const { message, hint } = wordsOf(error, (value, name) =>
    NAMES.has(name) ? cleanForTerminal(value) : cleanOperatorText(value),
  );
  return errorResponse({ severity: 'FATAL', sqlstate: harmlessSqlstate(error.sqlstate), message, detail, hint });
}

/** The code itself, unless libpq would react to it. */
export function harmlessSqlstate(sqlstate: string): string {
  return sqlstate === UNDEFINED_OBJECT ? INVALID_PARAMETER_VALUE : sqlstate;
}
