// How many sockets this node's connections may hold, so that descriptors stay free for the web
// side, the catalogue and Redis. A waiting login holds one, a live connection two.

import { PosternError } from '../errors.ts';

/** Descriptors for listeners, pools, logs and browsers; at most a quarter of a small limit. */
const RESERVED = 150;
const LARGEST_RESERVED_SHARE = 1 / 4;
/** Sockets that only upstreams get: a late crowd must not make an approval fail. */
const KEPT_FOR_UPSTREAMS = 100;
const LARGEST_KEPT_SHARE = 1 / 20;
const SOCKETS_PER_LIVE_CONNECTION = 2;

export class SocketBudget {
  /** Sockets of clients and upstreams together; Infinity where the system sets no limit. */
  readonly most: number;
  readonly #keptForUpstreams: number;
  readonly #clientSockets: () => number;
  #upstreams = 0;

  /** `openFiles` is the process' limit, null for none; `clientSockets` counts accepted ones. */
  constructor({ openFiles, clientSockets }: { openFiles: number | null; clientSockets: () => number }) {
    const limit = openFiles ?? Number.POSITIVE_INFINITY;
    this.most = limit - Math.min(RESERVED, Math.ceil(limit * LARGEST_RESERVED_SHARE));
    this.#keptForUpstreams = Math.min(KEPT_FOR_UPSTREAMS, Math.ceil(limit * LARGEST_KEPT_SHARE));
    this.#clientSockets = clientSockets;
  }

  /** Whether there is room for the upstream of a client whose socket is already counted. */
  get hasRoomForClient(): boolean {
    return this.#clientSockets() + this.#upstreams + 1 <= this.most - this.#keptForUpstreams;
  }

  /** Runs work that holds an upstream's socket. Throws `overloaded` when no socket is free. */
  async withUpstream<T>(work: () => Promise<T>): Promise<T> {
    if (this.#clientSockets() + this.#upstreams >= this.most) {
      throw new PosternError('overloaded', { params: { limit: String(this.most) } });
    }
    this.#upstreams += 1;
    try {
      return await work();
    } finally {
      this.#upstreams -= 1;
    }
  }
}

export function openFilesFor(liveConnections: number): number {
  return SOCKETS_PER_LIVE_CONNECTION * liveConnections + RESERVED + KEPT_FOR_UPSTREAMS;
}
