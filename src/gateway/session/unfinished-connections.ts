// The connections that have not finished a login. They may hold a part of the node's sockets only,
// and where that runs short one of the network gives way that holds the most of it.

import { NetworkCrowd } from '../../network-crowd.ts';

/** `idle`: nothing was shown to it. `asking`: it shows a link. `opened`: a person looks at it. */
export type UnfinishedStage = 'idle' | 'asking' | 'opened';

/** A place that one connection holds until it finishes its login or ends. */
export interface UnfinishedConnection {
  readonly address: string;
  stage: UnfinishedStage;
  /** Ends it; called once, and it leaves by itself afterwards. */
  giveWay: () => void;
  /** Called when it leaves, perhaps more than once. */
  readonly onLeave: () => void;
}

/** Of the places, for those that show a link: a flood of links must not displace handshakes. */
const LARGEST_ASKING_SHARE = 1 / 2;

export class UnfinishedConnections {
  readonly most: number;
  readonly #idle = new NetworkCrowd<UnfinishedConnection>();
  readonly #asking = new NetworkCrowd<UnfinishedConnection>();

  constructor(most: number) {
    this.most = most;
  }

  get count(): number {
    return this.#idle.size + this.#asking.size;
  }

  /** To be left. Where there is no place, another one ends. */
  enter(address: string, giveWay: () => void, onLeave: () => void = () => {}): UnfinishedConnection {
    const connection: UnfinishedConnection = { address, stage: 'idle', giveWay, onLeave };
    this.#idle.add(address, connection);
    if (this.count > this.most) this.#makePlace(connection);
    return connection;
  }

  /** Does nothing for one that has left. */
  advance(connection: UnfinishedConnection, stage: Exclude<UnfinishedStage, 'idle'>): void {
    const crowd = this.#crowdOf(connection);
    const isHere = crowd.has(connection);
    crowd.delete(connection);
    connection.stage = stage;
    if (isHere) this.#asking.add(connection.address, connection);
  }

  /** Its login is finished, or it has ended. May be called more than once. */
  leave(connection: UnfinishedConnection): void {
    this.#crowdOf(connection).delete(connection);
    connection.onLeave();
  }

  /** Ends one that is idle, for a socket that is needed now; false when there is none. */
  makeRoom(): boolean {
    const idle = firstOf(this.#idle.mostCrowded(), () => true);
    if (idle !== null) this.#end(idle);
    return idle !== null;
  }

  #makePlace(newcomer: UnfinishedConnection): void {
    const idle = firstOf(this.#idle.mostCrowded(), (connection) => connection !== newcomer);
    const mayAsk = this.#asking.size <= this.most * LARGEST_ASKING_SHARE;
    const chosen = mayAsk ? (idle ?? this.#oldestAsking()) : (this.#oldestAsking() ?? idle);
    if (chosen !== null) this.#end(chosen);
  }

  /** One that a person looks at comes last. */
  #oldestAsking(): UnfinishedConnection | null {
    const crowded = this.#asking.mostCrowded();
    return firstOf(crowded, ({ stage }) => stage === 'asking') ?? firstOf(crowded, () => true);
  }

  #crowdOf({ stage }: UnfinishedConnection): NetworkCrowd<UnfinishedConnection> {
    return stage === 'idle' ? this.#idle : this.#asking;
  }

  #end(connection: UnfinishedConnection): void {
    this.leave(connection);
    connection.giveWay();
  }
}

/** The longest there first. */
function firstOf(
  crowded: ReadonlySet<UnfinishedConnection>,
  isMeant: (connection: UnfinishedConnection) => boolean,
): UnfinishedConnection | null {
  for (const connection of crowded) if (isMeant(connection)) return connection;
  return null;
}
