// What is counted: an event by a rule, under a key, from an address.

import { broadNetworkKey, terminalKey } from '../network-address.ts';
import type { LimitRuleName } from './limit-rules.ts';

export interface Count {
  readonly rule: LimitRuleName;
  readonly key: string;
  readonly address: string;
}

/** Of an address (IPv6: its /64), and of its /16 or /48. */
export function countsAt(address: string, ofAddress: LimitRuleName, ofNetwork: LimitRuleName): readonly Count[] {
  return [
    { rule: ofAddress, key: terminalKey(address), address },
    { rule: ofNetwork, key: broadNetworkKey(address), address },
  ];
}
