// From a passed door to an upstream that is ready for queries: authorise again, wake, dial, log in.

import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import type { PasswordTarget } from '../../catalogue/logins/find-verifier.ts';
import { PosternError } from '../../errors.ts';
import { UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import type { UpstreamSession } from '../../wire/dial/connect-upstream.ts';
import {
  chooseDatabase,
  type DatabaseChoice,
  entering,
  isMaintenanceDatabase,
  type KnownDatabase,
} from '../client/database-choice.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { authoriseTarget } from './authorise-target.ts';
import { type DialledTarget, type DialParts, dialVisibly, startupOf } from './dial-target.ts';
import { ASKING_PARAMETERS, hasDatabase, noSuchDatabase } from './has-database.ts';

type ConnectParts = DialParts & Pick<GatewayParts, 'catalogue' | 'limits' | 'liveConnections' | 'metrics'>;

export interface Connected {
  readonly upstream: UpstreamSession;
  readonly target: PasswordTarget;
  readonly database: string;
}

interface Approved extends DialledTarget {
  readonly parts: ConnectParts;
}

/** The upstream's socket is the caller's to close. Throws, with nothing open, why there is none. */
export async function connectApproved(
  admission: Admission,
  session: LiveSession,
  parts: ConnectParts,
): Promise<Connected> {
  const target = await session.phases.measure('authorise', () => authorise(admission, session, parts));
  const approved: Approved = { admission, target, session, parts };
  await wakeIfIdle(approved);
  session.client.line.sendNotice(admission.notices?.connecting);
  admission.report?.({ kind: 'connecting' });
  const connected = await session.phases.measure('connect_upstream', () => dialDatabase(approved));
  parts.computes.noteUse(target.compute.id);
  return connected;
}

// NOTE: the proof's settling hides what the right is: a refusal must not come before it.
async function authorise(admission: Admission, session: LiveSession, parts: ConnectParts): Promise<PasswordTarget> {
  const authorising = authoriseTarget(admission, session, parts);
  authorising.catch(() => {});
  await admission.settled;
  return await authorising;
}

async function wakeIfIdle({ admission: { notices, report }, target, session, parts }: Approved): Promise<void> {
  const { id, name, state } = target.compute;
  session.client.line.sendNotice(state === 'idle' ? notices?.waking : notices?.authorised);
  if (state !== 'idle') return;
  session.client.line.release();
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
  const { target, session } = approved;
  const connect = async (database: string): Promise<Connected> => {
    // NOTE: only here it is known which database it is; a recheck from now on asks about that one,
    // and a refusal is recorded with it.
    session.entry.update({ database });
    session.rules.enter({ databaseRole: target.databaseRole, database });
    const glassId = session.rules.policy?.glassId ?? session.entry.record.glassId;
    session.entry.update({ glassId });
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
