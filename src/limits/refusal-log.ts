// Logs refusals of limits, once per second and address.

import type { Log } from '../log.ts';
import { terminalKey } from '../network-address.ts';
import type { LimitName } from './limit-rules.ts';

const QUIET_MS = 1_000;
/** Remembered addresses; beyond this number all are forgotten. */
const MAX_REMEMBERED = 10_000;

/** Once per second and address, so that a flood of connections is no flood of log lines. */
export class RefusalLog {
  readonly #log: Log;
  readonly #loggedAt = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  add(limit: LimitName, address: string): void {
    const key = `${limit} ${terminalKey(address)}`;
    const now = performance.now();
    const loggedAt = this.#loggedAt.get(key);
    if (loggedAt !== undefined && now - loggedAt < QUIET_MS) return;
    if (this.#loggedAt.size >= MAX_REMEMBERED) this.#loggedAt.clear();
    this.#loggedAt.set(key, now);
    this.#log.info({ event: 'limits.refused', limit, address }, 'reached a limit');
  }
}
