// A Redis Cluster client whose commands time out while it is lost; ioredis queues without limit.

import { Cluster, type ClusterNode, type ClusterOptions } from 'ioredis';

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
