// Which failures of connections and requests that nobody has signed in for are recorded one by one,
// and which are only counted: a flood from one network must fill neither the log nor the audit
// trail, and hide nobody else's failures.

import { broadNetworkKey, type NetworkList, SHARED_NETWORK_FACTOR, wideNetworkKey } from '../network-address.ts';

/** In a minute, on one node. */
export interface FailureFigures {
  /** Of a /24 or /56. */
  readonly ofNetwork: number;
  /** Of a /16 or /48. */
  readonly ofBroadNetwork: number;
}

/** Failures beyond the figures. */
export interface FailureSummary {
  /** A /24 or /56; the /16 or /48 where that had too many. */
  readonly network: string;
  readonly count: number;
  /** How many of each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

interface Network {
  recorded: number;
  readonly reasons: Map<string, number>;
}

export const FAILURE_FIGURES: FailureFigures = { ofNetwork: 60, ofBroadNetwork: 480 };

/** Beyond so many networks a minute ends early. */
const MOST_NETWORKS = 20_000;

interface FailureRecordsParts {
  readonly figures: FailureFigures;
  readonly sharedNetworks: NetworkList;
  /** Networks in which every failure is recorded. */
  readonly unlimitedNetworks: Pick<NetworkList, 'includes'>;
}

export class FailureRecords {
  readonly #parts: FailureRecordsParts;
  #networks = new Map<string, Network>();
  #ended: FailureSummary[] = [];

  constructor(parts: FailureRecordsParts) {
    this.#parts = parts;
  }

  /** True: to be recorded by itself; false: counted for the summary of its network. */
  take(address: string, reason: string): boolean {
    const { figures, sharedNetworks, unlimitedNetworks } = this.#parts;
    if (unlimitedNetworks.includes(address)) return true;
    const factor = sharedNetworks.includes(address) ? SHARED_NETWORK_FACTOR : 1;
    if (this.#networks.size >= MOST_NETWORKS) this.#endMinute();
    const broad = this.#find(broadNetworkKey(address));
    if (broad.recorded >= figures.ofBroadNetwork * factor) return count(broad, reason);
    const network = this.#find(wideNetworkKey(address));
    if (network.recorded >= figures.ofNetwork * factor) return count(network, reason);
    broad.recorded += 1;
    network.recorded += 1;
    return true;
  }

  /** Begins a new minute. What was only counted since the last call, the most first. */
  summarise(): FailureSummary[] {
    this.#endMinute();
    return this.#ended.splice(0).sort((one, other) => other.count - one.count);
  }

  #endMinute(): void {
    for (const [network, { reasons }] of this.#networks) {
      if (reasons.size === 0) continue;
      const countOfAll = [...reasons.values()].reduce((sum, ofReason) => sum + ofReason, 0);
      this.#ended.push({ network, count: countOfAll, reasons: Object.fromEntries(reasons) });
    }
    this.#networks = new Map();
  }

  #find(key: string): Network {
    const known = this.#networks.get(key);
    if (known !== undefined) return known;
    const network: Network = { recorded: 0, reasons: new Map() };
    this.#networks.set(key, network);
    return network;
  }
}

function count({ reasons }: Network, reason: string): false {
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return false;
}
