// Looks every two seconds at the tables of locks of the hosts, which all tenants of a server share,
// and has sessions ended before nobody else can work there.

import pg from 'pg';
import type { HostServer } from '../hosts/host-server.ts';
import type { Hosts } from '../hosts/hosts.ts';
import { mostHeld } from './choose-sessions.ts';
import { type EndingParts, endSessions } from './end-sessions.ts';
import { LOCK_KINDS, type LockReader, openLockReader } from './lock-reader.ts';

export interface LockWatchParts extends EndingParts {
  readonly hosts: Pick<Hosts, 'listOpen'>;
  readonly liveConnections: EndingParts['liveConnections'] & { totals(): { readonly live: number } };
}

const INTERVAL_MS = 2_000;
const RENEW_EVERY_MS = 30_000;
/** What a connection did on its server may outlast it, and some reach the server past Postern. */
const WATCHED_AFTERWARDS_MS = 60_000;

interface WatchedHost {
  readonly reader: LockReader;
  renewedAt: number;
  readonly left: Set<number>;
}

/** Without a live connection on this node it asks the hosts nothing; whoever makes it closes it. */
export class LockWatch {
  readonly #parts: LockWatchParts;
  readonly #watched = new Map<string, WatchedHost>();
  /** Those whose failure was logged. */
  readonly #failing = new Set<string>();
  #lastLiveAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: LockWatchParts) {
    this.#parts = parts;
  }

  /** The first look opens a connection to each host, which is kept: a full table admits none. */
  start(): void {
    this.#schedule(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
    for (const hostId of [...this.#watched.keys()]) await this.#forget(hostId);
  }

  #schedule(afterMs: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#round().finally(() => {
        if (!this.#isClosed) this.#schedule(INTERVAL_MS);
      });
    }, afterMs).unref();
  }

  async #round(): Promise<void> {
    const now = performance.now();
    if (this.#parts.liveConnections.totals().live > 0) this.#lastLiveAt = now;
    const isQuiet = now - this.#lastLiveAt > WATCHED_AFTERWARDS_MS;
    const open = await this.#parts.hosts.listOpen();
    await Promise.all(open.map((host) => this.#lookAt(host, isQuiet ? 'quiet' : 'used')));
  }

  /** Never rejects. */
  async #lookAt(host: HostServer, state: 'quiet' | 'used'): Promise<void> {
    try {
      const known = this.#watched.get(host.id);
      if (known?.reader.isOpen() !== true) {
        const reader = await openLockReader(host);
        this.#watched.set(host.id, { reader, renewedAt: performance.now(), left: new Set() });
      } else if (state === 'used') {
        await look(this.#parts, host.id, known);
      }
      this.#failing.delete(host.id);
    } catch (error) {
      // A statement that failed leaves the connection, which may be the last one to be had.
      if (!(error instanceof pg.DatabaseError)) await this.#forget(host.id);
      if (this.#failing.has(host.id)) return;
      this.#failing.add(host.id);
      const about = { event: 'host.locks_unwatched', err: error, host_id: host.id };
      this.#parts.log.warn(about, 'could not look at the locks of a host');
    }
  }

  async #forget(hostId: string): Promise<void> {
    const known = this.#watched.get(hostId);
    this.#watched.delete(hostId);
    await known?.reader.close().catch(() => {});
  }
}

async function look(parts: LockWatchParts, hostId: string, host: WatchedHost): Promise<void> {
  const { reader, left } = host;
  const all = await reader.listHeld();
  let mayRenew = performance.now() - host.renewedAt > RENEW_EVERY_MS;
  for (const kind of LOCK_KINDS) {
    const held = all.filter((one) => one.kind === kind);
    const most = mostHeld(reader.tables[kind]);
    const entries = held.reduce((sum, { locks }) => sum + locks, 0);
    if (entries <= most) continue;
    mayRenew = false;
    // The server has twice the room for entries of one thing that several hold.
    const used = Math.max(await reader.countLocked(kind), Math.ceil(entries / 2));
    if (used <= most) continue;
    const ended = await endSessions(parts, { hostId, kind, reader, used, held, left });
    if (ended > 0) continue;
    const message = 'the table of locks of a host is nearly full, and no session of a project can be ended for it';
    parts.log.warn({ event: 'host.lock_table_crowded', host_id: hostId, kind, used }, message);
  }
  if (!mayRenew) return;
  left.clear();
  await reader.renew();
  host.renewedAt = performance.now();
}
