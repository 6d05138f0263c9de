// Keeps one worker process running in each slot: restarts, replaces one by one, stops all.

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { z } from 'zod';
import { pause, retry } from '../async/retry.ts';
import type { Addresses } from '../config/ports.ts';
import type { Log } from '../log.ts';

const RESTART_PAUSE_MS = 1_000;
/** Beyond the longest drain: for what a node closes after it. */
const RETIRE_GRACE_MS = 30_000;

interface WorkerPoolOptions {
  environmentOf(slot: number): Readonly<Record<string, string>>;
  readonly drainLimitMs: number;
  readonly log: Log;
}

const readySchema = z.object({
  pg: z.object({ host: z.string(), port: z.number() }),
  http: z.object({ host: z.string(), port: z.number(), url: z.string() }),
  setUpUrl: z.string().nullable(),
});

export class WorkerPool {
  readonly #environmentOf: (slot: number) => Readonly<Record<string, string>>;
  readonly #log: Log;
  /** The workers that are meant to serve; a draining one that is being replaced has no slot. */
  readonly #serving = new Map<number, Worker>();
  /** The end of each worker that drains because another one took its slot. */
  readonly #replaced = new Set<Promise<unknown>>();
  readonly #retireLimitMs: number;
  #isStopping = false;
  #restart: Promise<void> = Promise.resolve();
  #isRestartWaiting = false;

  constructor(options: WorkerPoolOptions) {
    // NOTE: workers accept connections themselves. If the primary passed them on, a connection
    // given to a worker that dies at that moment would be lost, and its client would wait for ever.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    this.#environmentOf = options.environmentOf;
    this.#log = options.log;
    this.#retireLimitMs = options.drainLimitMs + RETIRE_GRACE_MS;
  }

  /** Resolves when the slot's new worker serves; throws when it ends before that. */
  async start(slot: number): Promise<Addresses> {
    const worker = cluster.fork(this.#environmentOf(slot));
    const addresses = await ready(worker);
    this.#serving.set(slot, worker);
    worker.once('exit', (code, signal) => {
      if (this.#isStopping || this.#serving.get(slot) !== worker) return;
      this.#log.error(
        { event: 'worker.died', worker: worker.process.pid, code, signal },
        'a worker died and is started again',
      );
      void this.#restartSlot(slot);
    });
    return addresses;
  }

  /**
   * An old one drains when its new one serves. Never rejects. Calls during a restart ask for one
   * more together, which begins when the replaced workers have ended: there are never more than
   * twice as many workers as slots.
   */
  restartOneByOne(): Promise<void> {
    if (this.#isRestartWaiting) return this.#restart;
    this.#isRestartWaiting = true;
    this.#restart = this.#restart.then(async () => {
      await Promise.all(this.#replaced);
      this.#isRestartWaiting = false;
      await this.#replaceAll();
    });
    return this.#restart;
  }

  /** Asks each for its drain; a second call makes them quicker. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const running = Object.values(cluster.workers ?? {}).flatMap((worker) => (worker === undefined ? [] : [worker]));
    const ended = running.map((worker) => once(worker, 'exit'));
    for (const worker of running) worker.process.kill('SIGTERM');
    await Promise.all(ended);
  }

  async #replaceAll(): Promise<void> {
    for (const [slot, old] of [...this.#serving]) {
      if (this.#isStopping) return;
      // A worker that died meanwhile has been replaced already.
      if (this.#serving.get(slot) !== old) continue;
      this.#serving.delete(slot);
      try {
        await this.start(slot);
        this.#retire(old);
      } catch (error) {
        this.#log.error(
          { event: 'worker.replacement_failed', err: error },
          'a new worker could not be started: the old ones go on',
        );
        if (old.isDead()) void this.#restartSlot(slot);
        else this.#serving.set(slot, old);
        return;
      }
    }
  }

  /** A worker that neither serves nor ends would hold up every later restart. */
  #retire(old: Worker): void {
    const kill = setTimeout(() => old.process.kill('SIGKILL'), this.#retireLimitMs);
    const ended: Promise<unknown> = once(old, 'exit').finally(() => {
      clearTimeout(kill);
      this.#replaced.delete(ended);
    });
    this.#replaced.add(ended);
    old.process.kill('SIGTERM');
  }

  async #restartSlot(slot: number): Promise<void> {
    this.#serving.delete(slot);
    await pause(RESTART_PAUSE_MS);
    const startUnlessStopping = async (): Promise<void> => {
      if (!this.#isStopping) await this.start(slot);
    };
    await retry(startUnlessStopping, {
      pauses: () => RESTART_PAUSE_MS,
      onFailure: (error) =>
        this.#log.error({ event: 'worker.restart_failed', err: error }, 'a worker could not be started again'),
    });
  }
}

export function reportReady(addresses: Addresses): void {
  process.send?.(addresses);
}

async function ready(worker: Worker): Promise<Addresses> {
  const controller = new AbortController();
  const failed = once(worker, 'exit', { signal: controller.signal }).then(() => {
    throw new Error('a worker ended before it served');
  });
  try {
    const [message] = await Promise.race([once(worker, 'message', { signal: controller.signal }), failed]);
    return readySchema.parse(message);
  } finally {
    failed.catch(() => {});
    controller.abort();
  }
}
