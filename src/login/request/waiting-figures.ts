// How many login requests may wait unopened, and what the client of one that gave way is told.

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import { type NetworkList, parseNetworks, SHARED_NETWORK_FACTOR } from '../../network-address.ts';

/** Limits for login requests that wait at the same time (docs/security.md, "Abuse limits"). */
export interface WaitingLimits {
  readonly waitingPerAddress: number;
  readonly waitingInTotal: number;
  /** Addresses in them may have ten times as many waiting requests. */
  readonly sharedNetworks: readonly string[];
}

/** Of all places, for one /16 or /48: one operator's addresses leave room for everybody else. */
const LARGEST_NETWORK_SHARE = 1 / 2;

const CROWDS = [
  'too_many_waiting_of_address',
  'too_many_waiting_of_network',
  'too_many_waiting',
  'too_many_opened',
] as const;
/** Where a login request gave way; the reason that stands in its record. */
export type Crowd = (typeof CROWDS)[number];

export class WaitingFigures {
  readonly #limits: WaitingLimits;
  readonly #sharedNetworks: NetworkList;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
    this.#sharedNetworks = parseNetworks(limits.sharedNetworks);
  }

  /** At most so many, in the crowd of a request from this address. */
  mostIn(crowd: Crowd, address: string): number {
    const { waitingInTotal, waitingPerAddress } = this.#limits;
    const ofAddress = waitingPerAddress * (this.#sharedNetworks.includes(address) ? SHARED_NETWORK_FACTOR : 1);
    switch (crowd) {
      case 'too_many_waiting_of_address':
        return ofAddress;
      case 'too_many_waiting_of_network':
        return Math.max(ofAddress, Math.floor(waitingInTotal * LARGEST_NETWORK_SHARE));
      case 'too_many_waiting':
        return waitingInTotal;
      case 'too_many_opened':
        return waitingPerAddress;
      default:
        return assertNever(crowd);
    }
  }

  /** Null for another reason than a crowd. */
  refusalOf(reason: string | null, address: string): PosternError | null {
    const crowd = CROWDS.find((known) => known === reason);
    if (crowd === undefined) return null;
    return new PosternError(crowd, { params: { limit: String(this.mostIn(crowd, address)) } });
  }
}
