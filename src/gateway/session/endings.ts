// Why a connection ended: one reason for the log and at most one last message for the client.

import { assertNever } from '../../assert-never.ts';
import type { ErrorEntry } from '../../error-table/error-entry.ts';
import { ERRORS } from '../../error-table/error-table.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import { encodeErrorOrNotice } from '../../protocol/upstream-messages.ts';
import { UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import { PeerGone } from '../../wire/peer-gone.ts';
import { ClientGone } from '../client/client.ts';
import { type ClientLine, harmlessSqlstate } from '../client/client-line.ts';

const NEW_PASSWORD_HINT =
  "If the role's password was changed on that server, an operator can renew it with: postern compute password";

export type Ending =
  /** Without a message; `terminal_closed` is a client that left before it was connected. */
  | { readonly kind: 'silent'; readonly reason: 'client_closed' | 'terminal_closed' | 'upstream_closed' }
  | { readonly kind: 'refusal'; readonly error: PosternError }
  /** The client already got its last message, or the stream has no boundary left for one. */
  | { readonly kind: 'already_sent'; readonly error: PosternError }
  /** The upstream's own error, which the client gets as it is. */
  | { readonly kind: 'upstream_refusal'; readonly refusal: UpstreamRefusal };

// Class 28, "Invalid Authorization Specification": its texts name the database role.
const AUTHORIZATION_CLASS = '28';

/** The ending of an error; an unexpected one is `internal` with a reference for the log. */
export function endingOf(error: unknown): Ending {
  // Those of an upstream became errors of the table where it was dialled.
  if (error instanceof ClientGone || error instanceof PeerGone) return { kind: 'silent', reason: 'terminal_closed' };
  if (error instanceof ProtocolViolation) {
    return { kind: 'refusal', error: new PosternError('invalid_startup', { cause: error }) };
  }
  if (error instanceof UpstreamRefusal) return { kind: 'upstream_refusal', refusal: error };
  return { kind: 'refusal', error: toPosternError(error) };
}

/** `reason` is for logs, metrics and the audit trail; the others are null without a message. */
export function factsOfEnding(ending: Ending): { reason: string; sqlstate: string | null; entry: ErrorEntry | null } {
  switch (ending.kind) {
    case 'silent':
      return { reason: ending.reason, sqlstate: null, entry: null };
    case 'refusal':
    case 'already_sent':
      return { reason: ending.error.code, sqlstate: ending.error.sqlstate, entry: ending.error.entry };
    case 'upstream_refusal':
      return { reason: 'upstream_refused', sqlstate: ending.refusal.sqlstate, entry: ERRORS.upstream_refused };
    default:
      return assertNever(ending);
  }
}

/** The error as a guest may see it: without the upstream's texts of class 28. */
export function hideDatabaseRole(error: unknown): unknown {
  const namesRole = error instanceof UpstreamRefusal && error.sqlstate.startsWith(AUTHORIZATION_CLASS);
  return namesRole ? new PosternError('upstream_refused', { cause: error }) : error;
}

/** Sends the last message, if any, and hangs up. `detail` names the connection for support. */
export async function closeClient(line: ClientLine, ending: Ending, detail: string | null): Promise<void> {
  switch (ending.kind) {
    case 'silent':
    case 'already_sent':
      return await line.close();
    case 'refusal':
      return await line.refuse(ending.error, detail);
    case 'upstream_refusal':
      return await line.closeWith(refusalMessage(ending.refusal), { sqlstate: ending.refusal.sqlstate });
    default:
      return assertNever(ending);
  }
}

function refusalMessage(refusal: UpstreamRefusal): Buffer {
  const fields = new Map(refusal.fields);
  fields.set('C', harmlessSqlstate(refusal.sqlstate));
  if (refusal.isWrongPassword && !fields.has('H')) fields.set('H', NEW_PASSWORD_HINT);
  return encodeErrorOrNotice('E', fields);
}
