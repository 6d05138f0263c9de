// What becomes of work when the network is away for a while, by what was under way.

import { setTimeout as pause } from 'node:timers/promises';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { beginSleeping, beginTransaction, cancel, commit } from './working-day.ts';

/** Longer than the keepalive of waiting clients; CONTRIBUTING.md, "Run one test in two seconds". */
export const OUTAGE_SECONDS = Number(process.env.POSTERN_TEST_OUTAGE_SECONDS ?? 60);
/**
 * When in the outage something is sent in vain. TCP sends it again 0.2, 0.6, 1.4 … 51 seconds
 * later, the last time soon after an outage of a minute.
 */
const SENT_AFTER_SECONDS = 12;
/** TCP pauses for two minutes at most. */
const RECOVERY_MS = 150_000;

interface Work {
  readonly begin: (psql: PsqlRun) => Promise<void>;
  readonly during?: (psql: PsqlRun) => void;
  /** Throws where the work is lost. */
  readonly finish: (psql: PsqlRun) => Promise<unknown>;
}

const WORK = {
  'an idle transaction': { begin: beginTransaction, finish: commit },
  'a statement sent meanwhile': {
    begin: beginTransaction,
    during: (psql) => psql.write("select 'sent ' || 'meanwhile';\n"),
    finish: (psql) => psql.waitForStdout(/^sent meanwhile$/m, RECOVERY_MS).then(() => commit(psql)),
  },
  'a result that comes meanwhile': {
    begin: (psql) => beginSleeping(psql, SENT_AFTER_SECONDS),
    finish: (psql) => psql.waitForStdout(/^slept$/m, RECOVERY_MS),
  },
  'a query that goes on': { begin: (psql) => beginSleeping(psql, 3_600), finish: cancel },
} satisfies Record<string, Work>;

/** Starts one psql for each kind of work, ready for statements. */
export async function startWork(start: () => Promise<PsqlRun>): Promise<WorkUnderWay[]> {
  const started: WorkUnderWay[] = [];
  for (const [name, work] of Object.entries<Work>(WORK)) started.push({ name, work, psql: await start() });
  return started;
}

export interface WorkUnderWay {
  readonly name: string;
  readonly work: Work;
  readonly psql: PsqlRun;
}

export async function sitOut(
  works: readonly WorkUnderWay[],
  network: { readonly lose: () => Promise<unknown>; readonly recover: () => Promise<unknown> },
): Promise<void> {
  await Promise.all(works.map(({ work, psql }) => work.begin(psql)));
  await network.lose();
  await pause(SENT_AFTER_SECONDS * 1_000);
  for (const { work, psql } of works) work.during?.(psql);
  await pause((OUTAGE_SECONDS - SENT_AFTER_SECONDS) * 1_000);
  await network.recover();
}

/** What became of each: `done`, or what psql said. */
export async function outcomes(works: readonly WorkUnderWay[]): Promise<Record<string, string>> {
  const ended = works.map(async ({ name, work, psql }) => {
    const outcome = await work.finish(psql).then(
      () => 'done',
      (error) => `${error}: ${psql.stderr()}`,
    );
    return [name, outcome] as const;
  });
  return Object.fromEntries(await Promise.all(ended));
}

/** What becomes of all work where nothing is lost. */
export const ALL_DONE = Object.fromEntries(Object.keys(WORK).map((name) => [name, 'done']));
