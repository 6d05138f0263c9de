// Bytes per second of each connection, over the last few pictures: counters of other nodes arrive in steps of a second,
// so that two pictures alone would show twice the rate or none.

import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { ConnectionId } from '../../ids.ts';
import type { Rates } from './fleet-picture.ts';

const PICTURES_COMPARED = 4;
const UNKNOWN: Rates = { sending: null, receiving: null };

interface Counters {
  readonly sent: number;
  readonly received: number;
}

export class ByteRates {
  readonly #pictures: Array<{ readonly atMs: number; readonly counters: ReadonlyMap<ConnectionId, Counters> }> = [];

  /** Takes the counters of a picture and drops the oldest. */
  add(at: Date, records: readonly LiveConnectionRecord[]): void {
    const counters = new Map(
      records.map(({ id, bytesToUpstream, bytesToClient }) => [id, { sent: bytesToUpstream, received: bytesToClient }]),
    );
    this.#pictures.push({ atMs: at.getTime(), counters });
    if (this.#pictures.length > PICTURES_COMPARED) this.#pictures.shift();
  }

  /** Against the oldest picture that has the connection. */
  of(record: LiveConnectionRecord): Rates {
    const newest = this.#pictures.at(-1);
    const oldest = this.#pictures.find(({ counters }) => counters.has(record.id));
    const before = oldest?.counters.get(record.id);
    if (newest === undefined || oldest === undefined || before === undefined || oldest === newest) return UNKNOWN;
    const seconds = (newest.atMs - oldest.atMs) / 1_000;
    if (seconds <= 0) return UNKNOWN;
    const rate = (now: number, then: number) => Math.max(0, Math.round((now - then) / seconds));
    return {
      sending: rate(record.bytesToUpstream, before.sent),
      receiving: rate(record.bytesToClient, before.received),
    };
  }

  forget(): void {
    this.#pictures.length = 0;
  }
}
