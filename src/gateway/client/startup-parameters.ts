// Which startup parameters reach the upstream: everything that a client could SET later, as it
// came, since a list of allowed names would only break clients.

import { PosternError } from '../../errors.ts';
import type { Replication } from '../../login/request/login-request.ts';
import { type AgentClaim, findAgent } from '../../login/terms/agent.ts';
import { parseOptionsParameter } from '../../protocol/options-parameter.ts';
import type { StartupMessage } from '../../protocol/startup-packet.ts';

// The database role was fixed at approval; these would change it before the first query.
const FIXED_AT_APPROVAL = ['role', 'session_authorization'];
// PostgreSQL documentation, "Connection Settings"; of version 14 and newer.
const CHECK_INTERVAL = 'client_connection_check_interval';
// PostgreSQL's parse_bool() takes any unambiguous beginning of these words.
const BOOLEAN_FALSE = /^(f|fa|fal|fals|false|n|no|of|off|0)$/i;

// What pg_basebackup and its like send instead of a database's name.
const REPLICATED_SERVER = 'replication';

// Besides `options`, the own keys as startup parameters of their own, as some drivers send them.
const OWN_PARAMETERS = ['project', 'endpoint'];

/** The project and compute that the client names. For preselecting and routing only. */
export interface TargetHints {
  readonly project: string | null;
  readonly endpoint: string | null;
}

/** Our own keys, `options` first; not yet cleaned, at most 10,000 characters. */
export function parameterHints(startup: StartupMessage): TargetHints {
  const { project, endpoint } = parseOptionsParameter(findParameter(startup, 'options') ?? '');
  return {
    project: project ?? (findParameter(startup, 'project') || null),
    endpoint: endpoint ?? (findParameter(startup, 'endpoint') || null),
  };
}

/** `options='door=oauth'`. */
export function namesDoor(startup: StartupMessage, door: 'oauth' | 'forget-key'): boolean {
  return parseOptionsParameter(findParameter(startup, 'options') ?? '').door === door;
}

/** The client's own application_name, or null; as sent. */
export function applicationOf(startup: StartupMessage): string | null {
  return findParameter(startup, 'application_name') || null;
}

/** What the client says it acts for: `options='agent=<name> reason=<why>'`, or its own name. */
export function agentOf(startup: StartupMessage): AgentClaim | null {
  const { agent: named, reason } = parseOptionsParameter(findParameter(startup, 'options') ?? '');
  return findAgent({ application: applicationOf(startup), named, reason });
}

// PostgreSQL's clean_encoding_name() ignores everything but letters and digits.
const UTF8_NAMES = ['utf8', 'unicode'];

/** Of the client; without a word of its own we tell it UTF8. */
export function charsetOf(startup: StartupMessage): 'utf8' | 'other' {
  const encoding = findParameter(startup, 'client_encoding');
  if (encoding === null) return 'utf8';
  return UTF8_NAMES.includes(encoding.replace(/[^A-Za-z0-9]/g, '').toLowerCase()) ? 'utf8' : 'other';
}

/** Throws `role_is_fixed` for anything that would change the database role. */
export function refuseRoleParameters(startup: StartupMessage): void {
  const named = [...startup.parameters.keys()].map((name) => name.toLowerCase());
  const { settingNames } = parseOptionsParameter(findParameter(startup, 'options') ?? '');
  const refused = FIXED_AT_APPROVAL.find((name) => named.includes(name) || settingNames.includes(name));
  if (refused !== undefined) throw new PosternError('role_is_fixed', { params: { parameter: refused } });
}

export function replicationOf(startup: StartupMessage): Replication {
  const replication = findParameter(startup, 'replication');
  if (replication === null || BOOLEAN_FALSE.test(replication)) return 'none';
  // PostgreSQL knows this word in lower case only, and takes or refuses any other as a boolean.
  return replication === 'database' ? 'database' : 'server';
}

/** Throws `replication_refused` for replication that the policy does not allow. */
export function refuseReplication(startup: StartupMessage, policy: { readonly replication: boolean }): void {
  if (replicationOf(startup) !== 'none' && !policy.replication) throw new PosternError('replication_refused');
}

/** False for the user's name, which libpq sends by default, and for no database at all. */
export function namesDatabase(startup: StartupMessage): boolean {
  const { database, user } = startup;
  const isPlaceholder = database === REPLICATED_SERVER && replicationOf(startup) === 'server';
  return database !== user && !isPlaceholder;
}

/** Besides user and database, in order, without our own keys. Null: the client's own. */
export function upstreamParameters(
  startup: StartupMessage,
  own: { readonly applicationName: string | null; readonly connectionCheckInterval: string | null },
): Map<string, string> {
  const { applicationName, connectionCheckInterval } = own;
  const parameters = new Map<string, string>();
  for (const [name, value] of startup.parameters) {
    if (OWN_PARAMETERS.includes(name.toLowerCase())) continue;
    const forwarded = name.toLowerCase() === 'options' ? parseOptionsParameter(value).forwarded : value;
    if (name.toLowerCase() !== 'options' || forwarded !== '') parameters.set(name, forwarded);
  }
  if (connectionCheckInterval !== null && findParameter(startup, CHECK_INTERVAL) === null) {
    parameters.set(CHECK_INTERVAL, connectionCheckInterval);
  }
  if (applicationName === null) return parameters;
  for (const name of [...parameters.keys()]) {
    if (name.toLowerCase() === 'application_name') parameters.delete(name);
  }
  return parameters.set('application_name', applicationName);
}

/** Of several spellings the last counts, as it does for PostgreSQL. */
function findParameter(startup: StartupMessage, name: string): string | null {
  let found: string | null = null;
  for (const [sent, value] of startup.parameters) {
    if (sent.toLowerCase() === name) found = value;
  }
  return found;
}
