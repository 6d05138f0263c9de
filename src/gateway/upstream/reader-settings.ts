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

/**
 * Stored for the role, and shown by no view: `seed`, `role`, and those of languages that were not
 * loaded yet. What only superusers may set is theirs.
 */
const HIDDEN = `SELECT pg_catalog.to_json(EXISTS (SELECT FROM pg_catalog.pg_db_role_setting stored
  JOIN pg_catalog.pg_roles own ON own.oid ${IS} stored.setrole AND own.rolname ${IS} SESSION_USER
  CROSS JOIN LATERAL pg_catalog.unnest(stored.setconfig) one(setting)
  WHERE NOT one.setting ${IS} 'default_transaction_read_only=on' AND NOT EXISTS (SELECT FROM pg_catalog.pg_settings
    WHERE name ${IS} pg_catalog.split_part(one.setting, '=', 1) AND NOT context ${IS} 'user')))`;

/**
 * True also where the settings allow no answer. Throws the signal's reason. `stored`: also those
 * that show themselves later.
 */
export async function hasForeignSettings(
  { socket }: Pick<UpstreamSession, 'socket'>,
  signal: AbortSignal,
  which: 'stored' | 'shown',
) {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
    if ((await askUpstream(socket, QUESTION, limited)) !== false) return true;
    return which === 'stored' && (await askUpstream(socket, HIDDEN, limited)) !== false;
  } catch {
    signal.throwIfAborted();
    return true;
  }
}
