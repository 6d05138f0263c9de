// Polls the fleet once a second on behalf of all lists that viewers of this node have open; idle
// when there are none. Reads what changed, and the counters of the rows that are shown.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LiveRow } from '../../../web/components/ops/live-row.ts';
import type { NodeRow } from '../../../web/components/ops/node-row.ts';
import type { Clock } from '../../clock.ts';
import type { Counters, FleetView } from '../../fleet/fleet-view.ts';
import type { ConnectionPlace, LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { LiveConnections } from '../../fleet/live-connections.ts';
import { type ConnectionId, idFrom, type NodeId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { ByteRates, FleetRows, nodeRow, withCounters } from './fleet-rows.ts';
import { type PickedRows, RowPicker, type RowRequest } from './row-picker.ts';

const POLL_INTERVAL_MS = 1_000;
/** Rows made in one turn of the event loop, which takes about two milliseconds. */
const ROWS_PER_TURN = 500;
/** How long polling goes on for a page without script, so that its next load has byte rates. */
const KEPT_AFTER_LOAD_MS = 30_000;

export interface FleetList extends PickedRows {
  readonly at: Date;
  readonly shown: readonly LiveRow[];
  readonly first: number;
  readonly opened: LiveRow | null;
  readonly nodes: readonly NodeRow[];
}

export type FleetUpdate = { readonly kind: 'list'; readonly list: FleetList } | { readonly kind: 'away' };
type Watcher = (update: FleetUpdate) => void;

interface WatchedList {
  readonly picker: RowPicker;
  readonly watcher: Watcher | null;
}

export class FleetWatch {
  readonly #view: FleetView;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #rows = new FleetRows();
  readonly #rates = new ByteRates();
  readonly #watched = new Set<WatchedList>();
  #hasRows = false;
  #timer: NodeJS.Timeout | null = null;
  #polling: Promise<void> | null = null;
  #nodes: readonly NodeRow[] = [];
  #nodesAt = new Date(0);
  #lastLoad: { readonly atMs: number; readonly list: WatchedList } | null = null;

  constructor({ liveConnections, clock, log }: { liveConnections: LiveConnections; clock: Clock; log: Log }) {
    this.#view = liveConnections.openView();
    this.#clock = clock;
    this.#log = log;
  }

  /** A list that is at most a second old. Throws when Redis is away. */
  async list(request: RowRequest): Promise<FleetList> {
    const list: WatchedList = { picker: new RowPicker(request), watcher: null };
    this.#lastLoad = { atMs: this.#clock.now().getTime(), list };
    this.#keepPolling();
    const ageMs = this.#lastLoad.atMs - this.#nodesAt.getTime();
    if (ageMs >= POLL_INTERVAL_MS) await this.#poll();
    const [counted] = await this.#countedLists([list], 'for one page');
    if (counted === undefined) throw new Error('a list was asked for and not made');
    return counted;
  }

  async pickedIds(request: RowRequest): Promise<string[]> {
    return (await this.list(request)).rows.map(({ id }) => id);
  }

  /** Calls with the list once a second until the returned function is called. */
  watch(request: RowRequest, watcher: Watcher): () => void {
    const list = { picker: new RowPicker(request), watcher };
    this.#watched.add(list);
    this.#keepPolling();
    return () => this.#watched.delete(list);
  }

  #keepPolling(): void {
    this.#timer ??= setInterval(() => this.#pollOrRest(), POLL_INTERVAL_MS).unref();
  }

  #pollOrRest(): void {
    if (this.#watched.size > 0 || this.#loadedLately() !== null) {
      this.#poll().catch((error: unknown) => {
        this.#log.warn({ event: 'operations.fleet_away', err: error }, 'cannot read the live connections of the fleet');
        for (const { watcher } of this.#watched) watcher?.({ kind: 'away' });
      });
      return;
    }
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#nodesAt = new Date(0);
    this.#lastLoad = null;
    this.#hasRows = false;
    this.#rates.forget();
    this.#view.forget();
  }

  #loadedLately(): WatchedList | null {
    if (this.#lastLoad === null) return null;
    return this.#clock.now().getTime() - this.#lastLoad.atMs < KEPT_AFTER_LOAD_MS ? this.#lastLoad.list : null;
  }

  #poll(): Promise<void> {
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  }

  async #pollOnce(): Promise<void> {
    const nodes = await this.#view.refresh();
    if (!this.#hasRows) await this.#makeRows();
    this.#hasRows = true;
    this.#nodes = nodes.map(nodeRow);
    this.#nodesAt = this.#clock.now();
    const loaded = this.#loadedLately();
    const lists = [...this.#watched, ...(loaded === null ? [] : [loaded])];
    const made = await this.#countedLists(lists, 'for rates');
    for (const [index, list] of made.entries()) lists[index]?.watcher?.({ kind: 'list', list });
  }

  /** In slices, since the first time the texts of thousands of connections are cleaned. */
  async #makeRows(): Promise<void> {
    let made = 0;
    for (const record of this.#view.records()) {
      this.#rows.of(record);
      made += 1;
      if (made % ROWS_PER_TURN === 0) await nextTurn();
    }
  }

  /** Reads the counters of the rows that are shown, or all when a list is picked by counters. */
  async #countedLists(lists: readonly WatchedList[], purpose: 'for rates' | 'for one page'): Promise<FleetList[]> {
    const isAll = lists.some(({ picker }) => picker.picksByCounters);
    const all = isAll ? await this.#view.allCounters() : null;
    const at = this.#clock.now();
    const facts = (record: LiveConnectionRecord) => this.#rows.of(record);
    if (all !== null && purpose === 'for rates') {
      this.#rates.add(
        at,
        [...this.#view.records()].map((record) => withCounters(facts(record), all.get(record.id))),
      );
    }
    const current = (row: LiveRow, counters: Counters): LiveRow => {
      const counted = withCounters(row, counters.get(idFrom<ConnectionId>(row.id)));
      return { ...counted, ...this.#rates.of(counted, at) };
    };
    const rowOf = all === null ? facts : (record: LiveConnectionRecord) => current(facts(record), all);
    const { version } = this.#view;
    const picked = lists.map(({ picker }) => {
      const rows = picker.pick({ records: this.#view.records(), version }, rowOf);
      return { rows, first: picker.firstOf(rows), shown: picker.windowOf(rows), opened: picker.openedOf(rows) };
    });
    const shown = picked.flatMap((list) => (list.opened === null ? list.shown : [...list.shown, list.opened]));
    const counters = all ?? (await this.#view.counters(shown.map(placeOf)));
    if (all === null && purpose === 'for rates') {
      this.#rates.add(
        at,
        shown.map((row) => withCounters(row, counters.get(idFrom<ConnectionId>(row.id)))),
      );
    }
    return picked.map(({ rows, first, shown, opened }) => ({
      ...rows,
      at,
      first,
      shown: shown.map((row) => current(row, counters)),
      opened: opened === null ? null : current(opened, counters),
      nodes: this.#nodes,
    }));
  }
}

function placeOf({ id, node }: LiveRow): ConnectionPlace {
  return { id: idFrom<ConnectionId>(id), nodeId: idFrom<NodeId>(node) };
}
