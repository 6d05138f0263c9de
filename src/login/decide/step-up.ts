// Which step an approval needs (docs/security.md, "Address comparison and reverse code").

import { parseNetworks } from '../../network-address.ts';
import { compareToBrowser, type Located } from '../request/locality.ts';

/** `user_code`: typed into the page; `reverse_code`: typed into the terminal. */
export type ApprovalStep = 'approve' | 'user_code' | 'reverse_code';

export interface StepUpInput {
  readonly terminal: Located;
  readonly browserAddress: string;
  readonly ownNetworks: readonly string[];
  /** The person has approved from this terminal address in the last 30 days. */
  readonly isKnownTerminal: boolean;
  /** A reverse code has proven this pair of networks for the person in the last 30 days. */
  readonly areNetworksProven: boolean;
  /** The client must connect again, and others at its address may say the same name. */
  readonly mustProveReturn: boolean;
  readonly policy: 'when_new' | 'always';
  readonly installation: 'when_new' | 'always' | 'never';
}

export function requiredStep(where: StepUpInput): ApprovalStep {
  const isReverseCodeOn = where.installation !== 'never';
  const isAlways = where.policy === 'always' || where.installation === 'always';
  if (isReverseCodeOn && (isAlways || where.mustProveReturn)) return 'reverse_code';
  if (isNear(where) || where.areNetworksProven) return 'approve';
  return where.isKnownTerminal || !isReverseCodeOn ? 'user_code' : 'reverse_code';
}

/** Equal terminals (IPv6: the same /64), or both within the account's own networks. */
export function isNear(where: Pick<StepUpInput, 'terminal' | 'browserAddress' | 'ownNetworks'>): boolean {
  const { terminal, browserAddress, ownNetworks } = where;
  if (compareToBrowser(terminal, browserAddress) === 'same') return true;
  const networks = parseNetworks(ownNetworks);
  return networks.includes(terminal.address) && networks.includes(browserAddress);
}
