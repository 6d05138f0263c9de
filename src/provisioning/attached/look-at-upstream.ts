// Asks an attached server for its version and databases, and which of them its address serves.

import { serialize } from 'pg-protocol';
import { z } from 'zod';
import { inParts } from '../../async/batches.ts';
import { askUpstream } from '../../wire/dial/ask-upstream.ts';
import { connectUpstream } from '../../wire/dial/connect-upstream.ts';
import type { DialPolicy } from '../../wire/dial/dial-policy.ts';
import type { UpstreamTarget } from '../../wire/dial/upstream-target.ts';

export interface UpstreamLook {
  readonly pgVersion: number;
  /** Those that the role may enter, by this address. */
  readonly databases: readonly string[];
}

export interface LookOptions {
  readonly dialPolicy: DialPolicy;
  readonly signal: AbortSignal;
  /** Known to be served, and not tried again. */
  readonly known?: readonly string[];
}

const MAX_DATABASES = 500;
/** Of new names, in one look: each is entered once. */
const TRIED_AT_MOST = 100;
const TRIED_AT_ONCE = 4;
const MAX_NAME_BYTES = 63;

const answerSchema = z.object({
  version: z.number().int().min(1).max(999),
  databases: z.array(z.string()).max(MAX_DATABASES),
});

// Qualified, so that nothing of the database's own is called.
const QUESTION = `SELECT pg_catalog.json_build_object(
  'version', pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000,
  'databases', ARRAY(
    SELECT d.datname::pg_catalog.text FROM pg_catalog.pg_database d
    WHERE d.datallowconn AND NOT d.datistemplate AND pg_catalog.has_database_privilege(d.oid, 'CONNECT')
    ORDER BY d.datname LIMIT ${MAX_DATABASES}))`;

// Names are bytes, of any encoding: without a conversion none of them can fail.
const STARTUP = new Map([
  ['application_name', 'postern attach'],
  ['client_encoding', 'SQL_ASCII'],
]);

/** Throws as `connectUpstream` and `askUpstream` do. */
export async function lookAtUpstream(target: UpstreamTarget, options: LookOptions): Promise<UpstreamLook> {
  const { dialPolicy, signal, known = [] } = options;
  const { socket } = await connectUpstream(target, { startup: STARTUP, dialPolicy, signal });
  try {
    const { version, databases } = answerSchema.parse(await askUpstream(socket, QUESTION, signal));
    const usable = databases.filter((name) => name !== target.database && isUsableName(name));
    const unknown = usable.filter((name) => !known.includes(name)).slice(0, TRIED_AT_MOST);
    const served = new Set([...known, ...(await servedOf(unknown, target, options))]);
    return { pgVersion: version, databases: [target.database, ...usable.filter((name) => served.has(name))] };
  } finally {
    socket.end(serialize.end(), () => socket.destroy());
  }
}

/** A pooler serves some of its server's databases, and pg_hba.conf may forbid some. */
async function servedOf(names: readonly string[], target: UpstreamTarget, options: LookOptions): Promise<string[]> {
  const served: string[] = [];
  for (const part of inParts(names, TRIED_AT_ONCE)) {
    const results = await Promise.all(part.map((database) => mayEnter({ ...target, database }, options)));
    served.push(...part.filter((_name, index) => results[index]));
  }
  return served;
}

async function mayEnter(target: UpstreamTarget, { dialPolicy, signal }: LookOptions): Promise<boolean> {
  try {
    const { socket } = await connectUpstream(target, { startup: STARTUP, dialPolicy, signal });
    socket.end(serialize.end(), () => socket.destroy());
    return true;
  } catch {
    // Whatever the reason, it is tried again at the next look.
    return false;
  }
}

/** Names in another encoding than UTF-8 cannot be written in a catalogue, a page or an API. */
function isUsableName(name: string): boolean {
  const bytes = Buffer.byteLength(name, 'utf8');
  return bytes > 0 && bytes <= MAX_NAME_BYTES && !/[\u0000-\u001f\u007f\ufffd]/.test(name);
}
