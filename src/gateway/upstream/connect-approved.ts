// From a passed door to an upstream that is ready for queries: authorise again, wake, dial, log in.

import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import type { PasswordTarget } from '../../catalogue/access/find-verifier.ts';
import { PosternError } from '../../errors.ts';
import { UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import { connectUpstream, type UpstreamSession } from '../../wire/dial/connect-upstream.ts';
import { policyOfCompute } from '../../wire/dial/dial-policy.ts';
import type { UpstreamTarget } from '../../wire/dial/upstream-target.ts';
import {
  chooseDatabase,
  type DatabaseChoice,
  entering,
  isMaintenanceDatabase,
  type KnownDatabase,
} from '../client/database-choice.ts';
import { applicationOf, upstreamParameters } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import { hideDatabaseRole } from '../session/endings.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { stampApplicationName } from './application-name.ts';
import { authoriseTarget } from './authorise-target.ts';
import { dialWithRetries } from './dial-with-retries.ts';
import { ASKING_PARAMETERS, hasDatabase, noSuchDatabase } from './has-database.ts';

type ConnectParts = Pick<
  GatewayParts,
  'catalogue' | 'computes' | 'config' | 'dialPolicy' | 'limits' | 'log' | 'metrics' | 'scramKeys' | 'times'
>;

/**
 * How often a hosted Postgres checks during a query that the gateway is still connected. An
 * attached server may be too old to know the setting, or a pooler.
 */
const CHECK_INTERVAL = '10s';

export interface Connected {
  readonly upstream: UpstreamSession;
  readonly target: PasswordTarget;
  readonly database: string;
}

interface Approved {
  readonly admission: Admission;
  readonly target: PasswordTarget;
  readonly session: LiveSession;
  readonly parts: ConnectParts;
}

/** The upstream's socket is the caller's to close. Throws, with nothing open, why there is none. */
export async function connectApproved(
  admission: Admission,
  session: LiveSession,
  parts: ConnectParts,
): Promise<Connected> {
  const target = await session.phases.measure('authorise', () => authoriseTarget(admission, session, parts));
  const approved: Approved = { admission, target, session, parts };
  await wakeIfIdle(approved);
  session.client.line.sendNotice(admission.notices?.connecting);
  admission.report?.({ kind: 'connecting' });
  const connected = await session.phases.measure('connect_upstream', () => dialDatabase(approved));
  session.entry.update({ database: connected.database });
  parts.computes.noteUse(target.compute.id);
  return connected;
}

async function wakeIfIdle({ admission: { notices, report }, target, session, parts }: Approved): Promise<void> {
  const { id, name, state } = target.compute;
  session.client.line.sendNotice(state === 'idle' ? notices?.waking : notices?.authorised);
  if (state !== 'idle') return;
  report?.({ kind: 'waking' });
  try {
    await session.phases.measure('wake', () =>
      withTimeLimit(parts.config.upstream.wakeMs, session.signal, (signal) => parts.computes.wake(id, signal)),
    );
  } catch (error) {
    if (!(error instanceof TimeLimitExceeded)) throw error;
    throw new PosternError('upstream_unreachable', { params: { compute: name }, cause: error });
  }
}

async function dialDatabase(approved: Approved): Promise<Connected> {
  const { target } = approved;
  const connect = async (database: string): Promise<Connected> => {
    return { upstream: await dialVisibly(approved, database, startupOf(approved)), target, database };
  };
  const { database, fallback } = await findDatabase(approved);
  return await connect(database).catch((error: unknown) => {
    if (fallback === null || !refusesDatabase(error)) throw error;
    return connect(fallback);
  });
}

/** Asks the compute, on a connection of its own, where only that knows the database. */
async function findDatabase(approved: Approved): Promise<KnownDatabase> {
  const { admission, target, session } = approved;
  const choice = chooseDatabase(admission.wish, target);
  if (target.compute.hostId !== null) return await ofProject(choice, approved);
  if (choice.kind === 'known') return choice;
  const asking = await dialVisibly(approved, target.database, ASKING_PARAMETERS);
  const isThere = await hasDatabase(asking, choice.database, session.signal);
  return entering(isThere ? choice.database : target.database, target.database);
}

/**
 * On a host a role may have been let into another project's database by somebody who was in there:
 * that must not outlive their access. So a hosted compute leads to its own project's only.
 */
async function ofProject(choice: DatabaseChoice, approved: Approved): Promise<KnownDatabase> {
  const { target } = approved;
  const { database } = choice;
  const isKnown = target.databases.includes(database) || (await isKnownByNow(database, approved));
  if (isKnown) return choice.kind === 'known' ? choice : entering(database, target.database);
  // Tools that list databases go to the maintenance database unasked; the list is the same here.
  if (choice.kind === 'ask' || isMaintenanceDatabase(database)) return entering(target.database, target.database);
  throw noSuchDatabase(database);
}

/** An operator may have made it by SQL. */
async function isKnownByNow(database: string, { admission, target, parts }: Approved): Promise<boolean> {
  await parts.computes.readDatabases(target.compute.id);
  return (await admission.resolve()).databases.includes(database);
}

// PostgreSQL Error Codes, classes 53 and 57, Insufficient Resources and Operator Intervention: it
// is the right database, and may take the connection later.
const PASSING = /^(53|57)/;

/**
 * Also one that exists: pg_hba.conf (28000) and poolers (08P01 and their own codes) may serve the
 * approved database only, and on a shared server those of other owners stay hidden (42501).
 */
function refusesDatabase(error: unknown): boolean {
  return error instanceof UpstreamRefusal && !PASSING.test(error.sqlstate);
}

type Startup = ReadonlyMap<string, string>;

/** Dials once more where the password was changed on the upstream and could be restored. */
async function dialVisibly(approved: Approved, database: string, startup: Startup): Promise<UpstreamSession> {
  const dialed = dial(approved, database, startup).catch(async (error: unknown) => {
    const isWrongPassword = error instanceof UpstreamRefusal && error.isWrongPassword;
    if (!isWrongPassword || !(await restorePassword(approved))) throw error;
    return await dial(approved, database, startup);
  });
  return await dialed.catch((error: unknown) => {
    throw approved.target.person?.isGuest === true ? hideDatabaseRole(error) : error;
  });
}

/** False also when that failed: the upstream's own refusal says more than our failure. */
async function restorePassword({ target: { compute, databaseRole }, parts }: Approved): Promise<boolean> {
  try {
    return await parts.computes.restorePassword(compute.id, databaseRole);
  } catch (error) {
    parts.log.error(
      { event: 'upstream.restore_password_failed', err: error, compute_id: compute.id, database_role: databaseRole },
      'could not restore the password of a database role',
    );
    return false;
  }
}

function startupOf(approved: Approved): Startup {
  return upstreamParameters(approved.session.client.startup, {
    applicationName: applicationName(approved),
    connectionCheckInterval: approved.target.compute.hostId === null ? null : CHECK_INTERVAL,
  });
}

async function dial(
  { target, session, parts }: Approved,
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
function applicationName({ admission, target, session, parts }: Approved): string | null {
  const application = applicationOf(session.client.startup);
  const isByPassword = admission.door === 'token' || admission.door === 'role';
  if (!parts.config.login.stampApplicationName || (isByPassword && application !== null)) return null;
  // NOTE: every role of a server reads pg_stat_activity, also those of other projects on it.
  const person = target.compute.hostId === null ? (target.person?.email ?? target.databaseRole) : null;
  return stampApplicationName({ application, connectionId: session.id, person });
}
