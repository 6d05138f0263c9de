// Dials an authorised target as one database: with the client's parameters, and with a password
// that may have to be restored first.

import type { PasswordTarget } from '../../catalogue/logins/find-verifier.ts';
import { PosternError } from '../../errors.ts';
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

type Startup = ReadonlyMap<string, string>;

/** Dials once more where the password was changed on the upstream and could be restored. */
export async function dialVisibly(
  approved: DialledTarget,
  database: string,
  startup: Startup,
): Promise<UpstreamSession> {
  const dialed = dial(approved, database, startup).catch(async (error: unknown) => {
    const isWrongPassword = error instanceof UpstreamRefusal && error.isWrongPassword;
    if (!isWrongPassword || !(await restorePassword(approved))) throw error;
    return await dial(approved, database, startup);
  });
  return await dialed.catch((error: unknown) => {
    throw approved.target.person?.isGuest === true ? hideDatabaseRole(error) : error;
  });
}

/**
 * False also when that failed: the upstream's own refusal says more than our failure. Throws what
 * is only away: nobody should look for a wrong password then.
 */
async function restorePassword({ target: { compute, databaseRole }, parts }: DialledTarget): Promise<boolean> {
  try {
    return await parts.computes.restorePassword(compute.id, databaseRole);
  } catch (error) {
    parts.log.error(
      { event: 'upstream.restore_password_failed', err: error, compute_id: compute.id, database_role: databaseRole },
      'could not restore the password of a database role',
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
