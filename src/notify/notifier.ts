// Tells organizations what happened in them, at the addresses that their admins named. Chat tells
// and decides nothing: what it answers is only whether it took the message.

import { createHmac } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { pause } from '../async/retry.ts';
import {
  type DueNotification,
  noteDelivered,
  noteFailed,
  takeDueNotifications,
} from '../catalogue/notifications/due-notifications.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { AccountId } from '../ids.ts';
import type { Log } from '../log.ts';
import { ForbiddenAddress } from '../wire/dial/connect-failure.ts';
import type { TenantFetch } from '../wire/dial/tenant-fetch.ts';
import { notificationBody } from './notification-formats.ts';
import { notificationMessage } from './notification-message.ts';

const POLL_INTERVAL_MS = 1_000;
/** One of each organization at a time. */
const MOST_AT_ONCE = 20;
/** Of these places, for organizations whose last message took longer than that. */
const MOST_SLOW_AT_ONCE = 10;
const SLOW_MS = 2_000;
const MOST_KNOWN_SLOW = 10_000;
const PAUSE_AFTER_FAILURE_MS = 5_000;

interface NotifierOptions {
  readonly catalogue: Catalogue;
  readonly fetch: TenantFetch;
  /** The public address; links begin with it. */
  readonly url: string;
  readonly log: Log;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #stop = new AbortController();
  readonly #busy = new Map<AccountId, Promise<void>>();
  /**
   * NOTE: one person may have many organizations, each with a slow address and a queue. They wait
   * for each other, and not before everybody else.
   */
  readonly #slow = new Set<AccountId>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: NotifierOptions) {
    this.#options = options;
    // Each delivery listens.
    setMaxListeners(0, this.#stop.signal);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Stops, also within a delivery; another node takes that up again. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.allSettled(this.#busy.values());
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#takeTurns();
        await pause(POLL_INTERVAL_MS, signal);
      } catch (error) {
        this.#options.log.warn({ event: 'notifier.failed', err: error }, 'could not read what is to be told');
        await pause(PAUSE_AFTER_FAILURE_MS, signal);
      }
    }
  }

  /** Until nothing is due that could begin now. */
  async #takeTurns(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.#busy.size < MOST_AT_ONCE) {
      const due = await this.#findDue();
      if (due.length === 0) return;
      for (const notification of due) {
        const { accountId } = notification;
        const startedAt = performance.now();
        const turn = this.#deliver(notification).finally(() => {
          this.#busy.delete(accountId);
          this.#noteSlow(accountId, performance.now() - startedAt);
        });
        this.#busy.set(accountId, turn);
      }
    }
  }

  async #findDue(): Promise<DueNotification[]> {
    const { catalogue } = this.#options;
    const busy = [...this.#busy.keys()];
    const limit = MOST_AT_ONCE - busy.length;
    const slow = [...this.#slow];
    const due = await takeDueNotifications(catalogue, { limit, except: [...busy, ...slow] });
    const slowTurns = busy.filter((accountId) => this.#slow.has(accountId)).length;
    const left = Math.min(limit - due.length, MOST_SLOW_AT_ONCE - slowTurns);
    if (left <= 0 || slow.length === 0) return due;
    return [...due, ...(await takeDueNotifications(catalogue, { limit: left, except: busy, among: slow }))];
  }

  #noteSlow(accountId: AccountId, tookMs: number): void {
    this.#slow.delete(accountId);
    if (tookMs < SLOW_MS) return;
    this.#slow.add(accountId);
    const [oldest] = this.#slow;
    if (this.#slow.size > MOST_KNOWN_SLOW && oldest !== undefined) this.#slow.delete(oldest);
  }

  /** Never rejects: what fails here is tried again when its lease is over. */
  async #deliver(notification: DueNotification): Promise<void> {
    const { catalogue, log } = this.#options;
    const { id, targetId } = notification;
    try {
      const failure = await this.#send(notification);
      if (failure === null) return await noteDelivered(catalogue, notification);
      if (this.#stop.signal.aborted) return;
      await noteFailed(catalogue, notification, failure);
    } catch (error) {
      log.warn({ event: 'notifier.failed', err: error, notification_id: id, target_id: targetId }, 'could not tell');
    }
  }

  /** Null when it was taken; else why not, in words of ours. */
  async #send({ event, format, organization, accountId, url, secret }: DueNotification): Promise<string | null> {
    const message = notificationMessage(event, { organization, accountId, url: this.#options.url });
    const body = JSON.stringify(notificationBody(format, message, event));
    const timestamp = String(Math.floor(this.#options.catalogue.clock.now().getTime() / 1_000));
    const headers = {
      'Content-Type': 'application/json',
      ...(secret === null
        ? {}
        : {
            'Postern-Timestamp': timestamp,
            'Postern-Signature': `v1=${createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex')}`,
          }),
    };
    try {
      const request = { method: 'POST', headers, body, signal: this.#stop.signal } as const;
      const { status } = await this.#options.fetch(new URL(url.reveal()), request);
      return status >= 200 && status < 300 ? null : `it answered ${status}`;
    } catch (error) {
      return error instanceof ForbiddenAddress ? 'its address may not be dialled from here' : 'it cannot be reached';
    }
  }
}
