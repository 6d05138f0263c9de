// Stores audit events in order and in batches; one that cannot be stored is logged in full.

import { randomUUID } from 'node:crypto';
import { backoff, pause } from '../async/retry.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { AuditEventName } from '../catalogue/trail/audit-event-codes.ts';
import { type AuditEventInput, auditEventBody, recordAuditEvents } from '../catalogue/trail/audit-events.ts';
import { isPosternError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { OutageLog } from '../metrics/outage-log.ts';

/** Queued events; at 50 logins a second they last for an outage of some minutes. */
export const MAX_QUEUED_EVENTS = 50_000;
const EVENTS_PER_BATCH = 200;
/** How long an event waits for others, to be stored in one transaction with them. */
const GATHER_MS = 20;
const RETRY_PAUSES = backoff({ firstMs: 100, longestMs: 5_000 });
const CLOSE_LIMIT_MS = 5_000;

type StoreResult = 'stored' | 'rejected' | 'try_later';

type AuditTrailMetrics = Pick<Metrics, 'auditEvents' | 'auditQueue' | 'storeErrors' | 'loginRequests' | 'grants'>;

interface AuditTrailOptions {
  readonly catalogue: Catalogue;
  readonly metrics: AuditTrailMetrics;
  readonly log: Log;
}

export class AuditTrail {
  readonly #parts: AuditTrailOptions;
  readonly #outage: OutageLog;
  readonly #giveUp = new AbortController();
  readonly #closing = new AbortController();
  #queue: AuditEventInput[] = [];
  #writing: Promise<void> | null = null;

  constructor(parts: AuditTrailOptions) {
    this.#parts = parts;
    this.#outage = new OutageLog(parts.log, 'storing audit events');
  }

  /** Counts an event that the catalogue stored itself, with the change that it records. */
  countStored(event: AuditEventInput): void {
    countAuditEvent(event, this.#parts.metrics);
  }

  /** Queues an event; events keep their order. Never throws. */
  record(event: AuditEventInput): void {
    countAuditEvent(event, this.#parts.metrics);
    // The id is assigned here, so that a batch without an acknowledged commit is not stored twice.
    const identified = { ...event, id: event.id ?? randomUUID() };
    if (this.#closing.signal.aborted || this.#queue.length >= MAX_QUEUED_EVENTS) {
      this.#lose([identified], 'dropped');
      return;
    }
    this.#queue.push(identified);
    this.#parts.metrics.auditQueue.set(this.#queue.length);
    this.#wake();
  }

  /** Resolves when all events so far are stored or rejected, however long the catalogue is away. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  /** Stores what is queued within five seconds; the rest, and later events, go to the log. */
  async close(): Promise<void> {
    this.#closing.abort();
    const timer = setTimeout(() => this.#giveUp.abort(), CLOSE_LIMIT_MS);
    await this.flush();
    clearTimeout(timer);
    this.#lose(this.#queue.splice(0), 'dropped');
  }

  #wake(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
      // Recorded after the writer had found the queue empty.
      if (this.#queue.length > 0 && !this.#giveUp.signal.aborted) this.#wake();
    });
  }

  async #writeAll(): Promise<void> {
    let failures = 0;
    while (this.#queue.length > 0 && !this.#giveUp.signal.aborted) {
      if (this.#queue.length < EVENTS_PER_BATCH) await pause(GATHER_MS, this.#closing.signal);
      const batch = this.#queue.slice(0, EVENTS_PER_BATCH);
      const settled = await this.#storeBatch(batch);
      this.#queue.splice(0, settled);
      this.#parts.metrics.auditQueue.set(this.#queue.length);
      failures = settled === batch.length ? 0 : failures + 1;
      if (failures > 0) await pause(RETRY_PAUSES(failures), this.#giveUp.signal);
    }
  }

  /** How many from the front are done; a refused batch is stored event by event. */
  async #storeBatch(batch: readonly AuditEventInput[]): Promise<number> {
    const result = await this.#store(batch);
    if (result === 'stored') return batch.length;
    if (result === 'try_later') return 0;
    for (const [index, event] of batch.entries()) {
      const single = await this.#store([event]);
      if (single === 'try_later') return index;
      if (single === 'rejected') this.#lose([event], 'rejected');
    }
    return batch.length;
  }

  async #store(events: readonly AuditEventInput[]): Promise<StoreResult> {
    try {
      await recordAuditEvents(this.#parts.catalogue.db, events);
      this.#parts.metrics.auditEvents.inc({ outcome: 'stored' }, events.length);
      this.#outage.succeeded();
      return 'stored';
    } catch (error) {
      if (isAboutTheEvent(error)) return 'rejected';
      this.#outage.failed(error);
      // An outage of the catalogue is counted by the catalogue.
      if (!isPosternError(error, 'store_unavailable')) this.#parts.metrics.storeErrors.inc({ store: 'postgres' });
      return 'try_later';
    }
  }

  #lose(events: readonly AuditEventInput[], outcome: 'dropped' | 'rejected'): void {
    for (const event of events) {
      this.#parts.metrics.auditEvents.inc({ outcome });
      this.#parts.log.error(
        { event: 'audit.event_lost', audit_event: describe(event) },
        `audit event ${outcome}: it is in this log line only`,
      );
    }
  }
}

/** True when trying again cannot help, because the event itself is wrong. */
function isAboutTheEvent(error: unknown): boolean {
  if (!(error instanceof Error) || isPosternError(error, 'store_unavailable')) return false;
  if (isPosternError(error, 'invalid_input')) return true;
  // PostgreSQL Error Codes: data exception, integrity constraint violation.
  if ('code' in error && typeof error.code === 'string') return /^2[23]/.test(error.code);
  return error instanceof TypeError || error instanceof RangeError;
}

function describe(event: AuditEventInput): unknown {
  try {
    return auditEventBody(event);
  } catch {
    // An event that cannot be brought into its final form is logged as it was recorded.
    return event;
  }
}

const LOGIN_STATUSES: Partial<Readonly<Record<AuditEventName, string>>> = {
  'login.requested': 'issued',
  'login.claimed': 'claimed',
  'login.approved': 'approved',
  'login.consumed': 'consumed',
  'login.denied': 'denied',
  'login.reported': 'denied',
  'login.expired': 'expired',
  'login.abandoned': 'abandoned',
};

const GRANT_EVENTS: Partial<Readonly<Record<AuditEventName, string>>> = {
  'grant.created': 'created',
  'grant.used': 'used',
  'grant.revoked': 'revoked',
  'grant.ended': 'used_up',
};

/** A refused move, which lost to another one, is not counted. */
export function countAuditEvent(
  { event, outcome, reason }: Pick<AuditEventInput, 'event' | 'outcome' | 'reason'>,
  metrics: Pick<Metrics, 'loginRequests' | 'grants'>,
): void {
  if (outcome !== 'success') return;
  const status = LOGIN_STATUSES[event];
  if (status !== undefined) metrics.loginRequests.inc({ status });
  const happening = GRANT_EVENTS[event];
  if (happening === undefined) return;
  metrics.grants.inc({ event: event === 'grant.ended' && reason === 'time' ? 'ran_out' : happening });
}
