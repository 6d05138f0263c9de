// Bytes per second of each connection over the last few updates. Counters of other nodes arrive in
// steps of a second, so that two updates alone would show twice the rate or none.

import type { LiveRow } from '../../../web/components/ops/live-row.ts';
import { type Rates, UNKNOWN_RATES } from './fleet-rows.ts';

const UPDATES_COMPARED = 4;

type Counters = Pick<LiveRow, 'sent' | 'received'>;

export class ByteRates {
  readonly #updates: Array<{ readonly atMs: number; readonly counters: ReadonlyMap<string, Counters> }> = [];

  /** Takes the counters of these rows and drops the oldest update. */
  add(at: Date, rows: Iterable<LiveRow>): void {
    const counters = new Map<string, Counters>();
    for (const row of rows) counters.set(row.id, row);
    this.#updates.push({ atMs: at.getTime(), counters });
    if (this.#updates.length > UPDATES_COMPARED) this.#updates.shift();
  }

  /** Of a row as it is at that moment, compared with the oldest update that has the connection. */
  of({ id, sent, received }: LiveRow, at: Date): Rates {
    const oldest = this.#updates.find(({ counters }) => counters.has(id));
    const before = oldest?.counters.get(id);
    if (oldest === undefined || before === undefined) return UNKNOWN_RATES;
    const seconds = (at.getTime() - oldest.atMs) / 1_000;
    if (seconds <= 0) return UNKNOWN_RATES;
    const rate = (now: number, then: number) => Math.max(0, Math.round((now - then) / seconds));
    return { sending: rate(sent, before.sent), receiving: rate(received, before.received) };
  }

  forget(): void {
    this.#updates.length = 0;
  }
}
