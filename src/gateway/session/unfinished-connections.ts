// The connections that have not finished a login. They may hold a part of the node's sockets only,
// and where that runs short the address gives way that holds the most of it.

import { NetworkCrowd } from '../../network-crowd.ts';

/** A place that one connection holds until it finishes its login or ends. */
export interface UnfinishedConnection {
  readonly address: string;
  /** `idle`: nothing was shown to it yet. `asking`: a person may be about to decide. */
  stage: 'idle' | 'asking';
  /** There was no place, and those of its own address have been asking for longer. */
  isTooMany: boolean;
  /** Ends it; called once, and it leaves by itself afterwards. */
  giveWay: () => void;
}

export class UnfinishedConnections {
  readonly most: number;
  readonly #crowd = new NetworkCrowd<UnfinishedConnection>();

  constructor(most: number) {
    this.most = most;
  }

  get count(): number {
    return this.#crowd.size;
  }

  /** To be left. Where there is no place, another one ends, or this one is marked. */
  enter(address: string, giveWay: () => void): UnfinishedConnection {
    const connection: UnfinishedConnection = { address, stage: 'idle', isTooMany: false, giveWay };
    this.#crowd.add(address, connection);
    if (this.#crowd.size > this.most && !this.#makePlace(connection)) connection.isTooMany = true;
    return connection;
  }

  /** Its login is finished, or it has ended. May be called more than once. */
  leave(connection: UnfinishedConnection): void {
    this.#crowd.delete(connection.address, connection);
  }

  /** Ends one that is idle, for a socket that is needed now; false when there is none. */
  makeRoom(): boolean {
    const idle = oldestIdle(this.#crowd.mostCrowded());
    if (idle !== undefined) this.#end(idle);
    return idle !== undefined;
  }

  #makePlace(newcomer: UnfinishedConnection): boolean {
    const crowded = this.#crowd.mostCrowded();
    const idle = oldestIdle(crowded);
    const isOfCrowd = crowded.has(newcomer);
    // Those who wait for a person give way to another address, never to their own next one.
    const chosen = idle !== undefined && idle !== newcomer ? idle : isOfCrowd ? undefined : [...crowded].at(-1);
    if (chosen !== undefined) this.#end(chosen);
    return chosen !== undefined;
  }

  #end(connection: UnfinishedConnection): void {
    this.leave(connection);
    connection.giveWay();
  }
}

/** The longest there first. */
function oldestIdle(crowded: ReadonlySet<UnfinishedConnection>): UnfinishedConnection | undefined {
  for (const connection of crowded) if (connection.stage === 'idle') return connection;
  return undefined;
}
