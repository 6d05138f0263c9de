// Keeps the lists of databases true: those made and dropped by SQL, on a host or an attached
// server, are noticed on use, on pages and by the API. Roles are not: nobody can read a password.

import { answerInTime, withTimeLimit } from '../async/time-limit.ts';
import { computeTarget } from '../catalogue/access/resolve-target.ts';
import { loadTargetRow } from '../catalogue/access/target-row.ts';
import { type Compute, findCompute } from '../catalogue/projects/compute-rows.ts';
import { listComputes } from '../catalogue/projects/computes.ts';
import { listDatabases, syncDatabases } from '../catalogue/projects/databases.ts';
import type { ComputeId, ProjectId } from '../ids.ts';
import { policyOfCompute } from '../wire/dial/dial-policy.ts';
import { lookAtUpstream } from './attached/look-at-upstream.ts';
import { syncHostedDatabases } from './hosted/sync-hosted-databases.ts';
import { type ProvisioningParts, projectOnHost } from './hosts/provisioning-parts.ts';

/** While it is used: every few minutes, and once as it begins to be used. */
const USED_AGE_MS = 180_000;
/** For somebody who looks at the list. */
const SHOWN_AGE_MS = 5_000;
const SHOWN_WAIT_MS = 3_000;
const LOOK_LIMIT_MS = 15_000;
const REMEMBERED = 10_000;

interface Round {
  readonly startedAt: number;
  readonly done: Promise<void>;
}

export type KnownDatabases = ReturnType<typeof keepDatabasesKnown>;

/** Nothing here rejects: a server that cannot be asked leaves the list as it was. */
export function keepDatabasesKnown(parts: ProvisioningParts) {
  const rounds = new Map<string, Round>();
  const closing = new AbortController();
  const refresh = (key: string, maxAgeMs: number, find: () => Promise<Compute | null>): Promise<void> => {
    const last = rounds.get(key);
    if (last !== undefined && performance.now() - last.startedAt < maxAgeMs) return last.done;
    if (closing.signal.aborted) return Promise.resolve();
    if (rounds.size >= REMEMBERED) rounds.clear();
    const done = (last?.done ?? Promise.resolve()).then(() => readAgain(parts, find, closing.signal));
    rounds.set(key, { startedAt: performance.now(), done });
    return done;
  };
  return {
    /** Resolves when the list is fresh, or cannot be made so in time. */
    show: async (projectId: ProjectId): Promise<void> => {
      const find = async () => (await listComputes(parts.catalogue, projectId))[0] ?? null;
      await answerInTime(refresh(projectId, SHOWN_AGE_MS, find), SHOWN_WAIT_MS).catch(() => {});
    },
    showOfCompute: async (computeId: ComputeId): Promise<void> => {
      const find = () => findFirst(parts, computeId);
      await answerInTime(refresh(computeId, SHOWN_AGE_MS, find), SHOWN_WAIT_MS).catch(() => {});
    },
    /** Reads in the background what was not read for minutes. */
    noteUse: (computeIds: Iterable<ComputeId>): void => {
      for (const id of computeIds) void refresh(id, USED_AGE_MS, () => findFirst(parts, id));
    },
    close: async (): Promise<void> => {
      closing.abort(new Error('this node is closing'));
      await Promise.all([...rounds.values()].map(({ done }) => done));
    },
  };
}

/** The others of a project are copies of its first. */
async function findFirst({ catalogue }: ProvisioningParts, computeId: ComputeId): Promise<Compute | null> {
  const compute = await findCompute(catalogue.db, computeId);
  return compute === null ? null : ((await listComputes(catalogue, compute.projectId))[0] ?? null);
}

async function readAgain(
  parts: ProvisioningParts,
  find: () => Promise<Compute | null>,
  signal: AbortSignal,
): Promise<void> {
  try {
    signal.throwIfAborted();
    const compute = await find();
    // A suspended one would be woken.
    if (compute === null || compute.state === 'idle' || compute.isDisabled) return;
    if (compute.hostId === null) await withTimeLimit(LOOK_LIMIT_MS, signal, (limited) => read(parts, compute, limited));
    else await readHosted(parts, { ...compute, hostId: compute.hostId });
  } catch (error) {
    if (!signal.aborted) parts.log.info({ event: 'databases.not_read', err: error }, 'could not list databases again');
  }
}

async function read(parts: ProvisioningParts, { id, branchId }: Compute, signal: AbortSignal): Promise<void> {
  const { catalogue } = parts;
  const row = await loadTargetRow(catalogue.db, id);
  const access = row.policy.readOnlyOnly ? 'read_only' : 'read_write';
  const choice = { database: null, databaseRole: null, access } as const;
  const { upstream, database, databaseRole } = computeTarget(catalogue, row, choice);
  const target = { ...upstream, name: id, user: databaseRole, database };
  const dialPolicy = policyOfCompute(parts.dialPolicy, upstream);
  const listed = await listDatabases(catalogue.db, branchId);
  const known = listed.map(({ name }) => name);
  const look = await lookAtUpstream(target, { dialPolicy, signal, known });
  const ownerName = listed[0]?.ownerName ?? databaseRole;
  const databases = look.databases.map((name) => ({ name, ownerName }));
  await syncDatabases(catalogue, { branchId, databases });
}

/** Not while one is being made, whose row is written last. */
async function readHosted(parts: ProvisioningParts, compute: Compute & { readonly hostId: string }): Promise<void> {
  const host = await parts.hosts.get(compute.hostId);
  await host.alone(projectOnHost(compute.projectId), () => syncHostedDatabases(parts, compute));
}
