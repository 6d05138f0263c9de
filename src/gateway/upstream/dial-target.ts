// Dials an authorised target as one database: with the client's parameters, and as a role whose
// password or settings may have to be restored first.

import type { PasswordTarget } from '../../catalogue/logins/find-verifier.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import { UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import { connectUpstream, type UpstreamSession } from '../../wire/dial/connect-upstream.ts';
import { policyOfCompute } from '../../wire/dial/dial-policy.ts';
import type { UpstreamTarget } from '../../wire/dial/upstream-target.ts';
import { agentOf, applicationOf, upstreamParameters } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import { hideDatabaseRole } from '../session/endings.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { stampApplicationName } from './application-name.ts';
import { dialWithRetries } from './dial-with-retries.ts';
import { hasForeignSettings } from './reader-settings.ts';

export type DialParts = Pick<GatewayParts, 'computes' | 'config' | 'dialPolicy' | 'log' | 'scramKeys' | 'times'>;

export interface DialledTarget {
  readonly admission: Admission;
  readonly target: PasswordTarget;
  readonly session: LiveSession;
  readonly parts: DialParts;
}

/**
 * How often a hosted Postgres checks during a query that the gateway is still connected. An
 * attached server may be too old to know the setting, or a pooler.
 */
const CHECK_INTERVAL = '10s';

/** Somebody may change the settings again as fast as they are restored. */
const MOST_DIALS = 3;

type Startup = ReadonlyMap<string, string>;

/** Dials again where a password or settings were changed on the upstream and could be restored. */
export async function dialVisibly(
  approved: DialledTarget,
  database: string,
  startup: Startup,
): Promise<UpstreamSession> {
  try {
    return await dialRestored(approved, database, startup);
  } catch (error) {
    throw approved.target.person?.isGuest === true ? hideDatabaseRole(error) : error;
  }
}

async function dialRestored(approved: DialledTarget, database: string, startup: Startup): Promise<UpstreamSession> {
  for (let count = 1; ; count += 1) {
    try {
      return await dialSettled(approved, database, { startup, count });
    } catch (error) {
      if (count === MOST_DIALS || !(await restore(approved, error, count))) throw error;
    }
  }
}

/** Throws `busy` where somebody changed the settings with which the role's sessions begin. */
async function dialSettled(
  approved: DialledTarget,
  database: string,
  { startup, count }: { readonly startup: Startup; readonly count: number },
): Promise<UpstreamSession> {
  const upstream = await dial(approved, database, startup);
  if (!isSharedReader(approved)) return upstream;
  try {
    // Afterwards they are such as nobody here may set back.
    const which = count === 1 ? 'stored' : 'shown';
    if (!(await hasForeignSettings(upstream, approved.session.signal, which))) return upstream;
    throw new PosternError('busy', { params: { thing: 'the read-only role' } });
  } catch (error) {
    upstream.socket.destroy();
    throw error;
  }
}

function isSharedReader({ target }: DialledTarget): boolean {
  return target.isRoleReadOnly && target.compute.hostId !== null;
}

// PostgreSQL Error Codes, class 53, Insufficient Resources
const FULL = /^53/;

/** Whether dialling again may help. */
async function restore(approved: DialledTarget, error: unknown, count: number): Promise<boolean> {
  if (error instanceof UpstreamRefusal && error.isWrongPassword) return await tryTo(approved, 'password');
  if (!isSharedReader(approved)) return false;
  // A setting may also refuse the login, such as a library that does not exist.
  const isRefused = error instanceof UpstreamRefusal && !FULL.test(error.sqlstate);
  if (!isRefused && !isPosternError(error, 'busy')) return false;
  // Another node may have been faster.
  return (await tryTo(approved, 'settings')) || !isRefused || count === 1;
}

/**
 * False also when that failed: the upstream's own refusal says more than our failure. Throws what
 * is only away: nobody should look for a wrong password then.
 */
async function tryTo(
  { target: { compute, databaseRole }, parts }: DialledTarget,
  what: 'password' | 'settings',
): Promise<boolean> {
  try {
    return await parts.computes.restoreRole({ computeId: compute.id, databaseRole }, what);
  } catch (error) {
    parts.log.error(
      { event: 'upstream.restore_role_failed', err: error, compute_id: compute.id, database_role: databaseRole, what },
      'could not restore a database role',
    );
    if (error instanceof PosternError && error.entry.kind === 'service') throw error;
    return false;
  }
}

export function startupOf(approved: DialledTarget): Startup {
  return upstreamParameters(approved.session.client.startup, {
    applicationName: applicationName(approved),
    connectionCheckInterval: approved.target.compute.hostId === null ? null : CHECK_INTERVAL,
  });
}

async function dial(
  { target, session, parts }: DialledTarget,
  database: string,
  startup: Startup,
): Promise<UpstreamSession> {
  const { name } = target.compute;
  const upstream: UpstreamTarget = { ...target.upstream, name, user: target.databaseRole, database };
  const dialPolicy = policyOfCompute(parts.dialPolicy, target.upstream);
  const { retryPausesMs, connectMs } = parts.times;
  return await dialWithRetries(
    (signal) => connectUpstream(upstream, { startup, dialPolicy, scramKeys: parts.scramKeys, signal }),
    { pausesMs: retryPausesMs, limitMs: connectMs, compute: name },
    session.signal,
  );
}

// Applications that log in with a password read their own name back, so it is stamped only where
// they sent none.
function applicationName({ admission, target, session, parts }: DialledTarget): string | null {
  const application = applicationOf(session.client.startup);
  const isByPassword = admission.door === 'token' || admission.door === 'role';
  const isGlassBroken = session.entry.record.glassId !== null;
  const isStamped = isGlassBroken || parts.config.login.stampApplicationName;
  if (!isStamped || (isByPassword && application !== null)) return null;
  // NOTE: every role of a server reads pg_stat_activity, also those of other projects on it.
  const person = target.compute.hostId === null ? (target.person?.email ?? target.databaseRole) : null;
  const agent = admission.agent ?? agentOf(session.client.startup)?.name ?? null;
  return stampApplicationName({ application, connectionId: session.id, agent, person, isGlassBroken });
}
