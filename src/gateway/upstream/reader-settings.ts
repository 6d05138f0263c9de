// Whether a session of a role that only reads began with settings of that role. Everybody who reads
// in a hosted project is the same role, and may change what the next one's session begins with.

import { askUpstream } from '../../wire/dial/ask-upstream.ts';
import type { UpstreamSession } from '../../wire/dial/connect-upstream.ts';

const ANSWER_LIMIT_MS = 5_000;

const IS = 'OPERATOR(pg_catalog.=)';
const READ_ONLY = `name ${IS} 'default_transaction_read_only'`;

/**
 * What the role's settings made of it, and whether read-only is not among them. Asked inside: what
 * the server has stored may have changed since. Qualified, so that no setting changes the question.
 */
const QUESTION = `SELECT pg_catalog.to_json(EXISTS (SELECT FROM pg_catalog.pg_settings
  WHERE context ${IS} 'user' AND CASE WHEN ${READ_ONLY} THEN setting ${IS} 'off' AND NOT source ${IS} 'client'
    ELSE source ${IS} 'user' OR source ${IS} 'database user' END))`;

/** True also where the settings allow no answer. Throws the signal's reason. */
export async function hasForeignSettings({ socket }: Pick<UpstreamSession, 'socket'>, signal: AbortSignal) {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
    return (await askUpstream(socket, QUESTION, limited)) !== false;
  } catch {
    signal.throwIfAborted();
    return true;
  }
}
