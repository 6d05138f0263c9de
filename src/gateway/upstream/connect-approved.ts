// From a passed door to an upstream that is ready for queries: authorise again, wake, dial, log in.

import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import type { PasswordTarget } from '../../catalogue/access/find-verifier.ts';
import { PosternError } from '../../errors.ts';
import { connectUpstream, type UpstreamSession } from '../../wire/dial/connect-upstream.ts';
import { policyOfCompute } from '../../wire/dial/dial-policy.ts';
import { UpstreamRefusal } from '../../wire/dial/upstream-refusal.ts';
import type { UpstreamTarget } from '../../wire/dial/upstream-target.ts';
import { databaseCandidates } from '../client/database-choice.ts';
import { applicationOf, upstreamParameters } from '../client/startup-parameters.ts';
import { hideDatabaseRole } from '../session/endings.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Passage } from '../session/passage.ts';
import { stampApplicationName } from './application-name.ts';
import { authoriseTarget } from './authorise-target.ts';
import { dialWithRetries } from './dial-with-retries.ts';

/**
 * How often a hosted Postgres looks, during a query, whether we are still there: a node that was killed leaves no query behind.
 * A server of somebody else may be too old to know the setting, or a pooler.
 */
const CHECK_INTERVAL = '10s';

export interface Connected {
  readonly upstream: UpstreamSession;
  readonly target: PasswordTarget;
  readonly database: string;
}

/** The upstream's socket is the caller's to close. Throws why there is none; nothing stays open then. */
export async function connectApproved(passage: Passage, session: LiveSession, parts: GatewayParts): Promise<Connected> {
  const target = await session.phases.measure('authorise', () => authoriseTarget(passage, session, parts));
  await wakeIfIdle({ passage, target }, session, parts);
  tell(session, passage.narration.connecting);
  passage.report({ kind: 'connecting' });
  const connected = await session.phases.measure('connect_upstream', () =>
    dialDatabase({ passage, target }, session, parts),
  );
  session.learn({ database: connected.database });
  return connected;
}

async function dialDatabase(approved: Approved, session: LiveSession, parts: GatewayParts): Promise<Connected> {
  const { passage, target } = approved;
  const [first, second] = databaseCandidates(passage.wish, target.database);
  const connect = async (database: string): Promise<Connected> => {
    const upstream = await dialKnown({ ...approved, database }, session, parts).catch((error: unknown) => {
      throw target.person?.isGuest === true ? hideDatabaseRole(error) : error;
    });
    return { upstream, target, database };
  };
  if (second === undefined) return await connect(first);
  return await connect(first).catch((error: unknown) => {
    if (!isNoSuchDatabase(error)) throw error;
    return connect(second);
  });
}

/** Also a database of somebody else: on a shared server that it exists is nobody's business. */
function isNoSuchDatabase(error: unknown): boolean {
  return error instanceof UpstreamRefusal && (error.sqlstate === '3D000' || error.sqlstate === '42501');
}

/** Once more where the password was changed behind our back and could be set back. */
async function dialKnown(
  approved: ApprovedDatabase,
  session: LiveSession,
  parts: GatewayParts,
): Promise<UpstreamSession> {
  const { target } = approved;
  try {
    return await dial(approved, session, parts);
  } catch (error) {
    const isWrongPassword = error instanceof UpstreamRefusal && error.isWrongPassword;
    if (!isWrongPassword || !(await restorePassword(target, parts))) throw error;
    return await dial(approved, session, parts);
  }
}

/** False, too, when it failed: the upstream's refusal then tells more than that we could not mend it. */
async function restorePassword(
  { compute, databaseRole }: PasswordTarget,
  { computes, log }: GatewayParts,
): Promise<boolean> {
  try {
    return await computes.restorePassword(compute.id, databaseRole);
  } catch (error) {
    log.error({ err: error, compute_id: compute.id, database_role: databaseRole }, 'a password could not be set back');
    return false;
  }
}

async function dial(
  { passage, target, database }: ApprovedDatabase,
  session: LiveSession,
  parts: GatewayParts,
): Promise<UpstreamSession> {
  const { name } = target.compute;
  const upstream: UpstreamTarget = { ...target.upstream, name, user: target.databaseRole, database };
  const startup = upstreamParameters(session.client.startup, {
    applicationName: applicationName({ passage, target }, session, parts),
    connectionCheckInterval: target.compute.hostId === null ? null : CHECK_INTERVAL,
  });
  const dialPolicy = policyOfCompute(parts.dialPolicy, target.upstream);
  const { retryPausesMs, connectMs } = parts.times;
  return await dialWithRetries(
    (signal) => connectUpstream(upstream, { startup, dialPolicy, scramKeys: parts.scramKeys, signal }),
    { pausesMs: retryPausesMs, limitMs: connectMs, compute: name },
    session.signal,
  );
}

interface Approved {
  readonly passage: Passage;
  readonly target: PasswordTarget;
}

interface ApprovedDatabase extends Approved {
  readonly database: string;
}

async function wakeIfIdle({ passage, target }: Approved, session: LiveSession, parts: GatewayParts): Promise<void> {
  if (target.compute.state !== 'idle') {
    tell(session, passage.narration.authorised);
    return;
  }
  tell(session, passage.narration.waking);
  passage.report({ kind: 'waking' });
  try {
    await session.phases.measure('wake', () =>
      withTimeLimit(parts.config.upstream.wakeMs, session.signal, (signal) =>
        parts.computes.wake(target.compute.id, signal),
      ),
    );
  } catch (error) {
    if (!(error instanceof TimeLimitExceeded)) throw error;
    throw new PosternError('upstream_unreachable', { params: { compute: target.compute.name }, cause: error });
  }
}

// Applications that log in with a password read their own name back, so it is stamped only where they sent none.
function applicationName(
  { passage, target }: Approved,
  { client, id }: LiveSession,
  { config }: GatewayParts,
): string | null {
  const application = applicationOf(client.startup);
  const isByPassword = passage.door === 'token' || passage.door === 'role';
  if (!config.login.stampApplicationName || (isByPassword && application !== null)) return null;
  return stampApplicationName({ application, connectionId: id, person: target.person?.email ?? target.databaseRole });
}

function tell({ client }: LiveSession, reports: Passage['narration']['connecting']): void {
  for (const report of reports) client.line.tell(report);
}
