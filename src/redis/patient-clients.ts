// Clients for Cluster and Sentinels that outlast what the library's own do not.

import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';

const LONGEST_RETRY_PAUSE_MS = 1_000;

// A Redis Cluster client whose commands time out while it is lost; ioredis queues without limit.
export class PatientCluster extends Cluster {
  readonly #limitMs: number;
  readonly #held = new Set<() => void>();

  constructor(seeds: ClusterNode[], { limitMs, ...options }: ClusterOptions & { readonly limitMs: number }) {
    super(seeds, options);
    this.#limitMs = limitMs;
    this.on('ready', () => {
      for (const send of this.#held) send();
      this.#held.clear();
    });
  }

  /** A command that cannot be sent within the limit is rejected and forgotten. */
  override sendCommand(...sending: Parameters<Cluster['sendCommand']>): unknown {
    const [command] = sending;
    command.setTimeout(this.#limitMs);
    if (this.status === 'ready' || this.#isOfClientItself(sending)) return super.sendCommand(...sending);
    const send = (): void => void super.sendCommand(...sending);
    this.#held.add(send);
    command.promise.catch(() => this.#held.delete(send));
    return command.promise;
  }

  // Commands by which the client connects to the Cluster.
  #isOfClientItself([command, , node]: Parameters<Cluster['sendCommand']>): boolean {
    return node !== undefined || command.name === 'cluster' || this.status === 'end';
  }
}

// ioredis ends for good when a fail-over is announced while it asks the Sentinels for the master.
export class SentinelRedis extends Redis {
  #isClosed = false;

  constructor(options: RedisOptions) {
    super(options);
    this.on('end', () => {
      // Its own errors are emitted, too.
      if (!this.#isClosed) setTimeout(() => this.connect().catch(() => {}), reconnectPause(1));
    });
  }

  override disconnect(reconnect = false): void {
    this.#isClosed = !reconnect;
    super.disconnect(reconnect);
  }
}

/** In milliseconds, longer after each failed attempt. */
export function reconnectPause(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), LONGEST_RETRY_PAUSE_MS);
}
