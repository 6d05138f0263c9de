// What an approval may not choose, by policy and by what other people share its terminal.

import type { JudgedTarget } from '../../catalogue/access/resolve-target.ts';
import { PosternError } from '../../errors.ts';
import { parseNetworks } from '../../network-address.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { longestRememberedMs, type TerminalSharing } from '../grant/terminal-sharing.ts';
import type { Approval, LoginRequest } from '../request/login-request.ts';
import { LIFE_MS } from './settle-approval.ts';

type Choice = Pick<Approval, 'access' | 'remember'>;

const REFUSALS = {
  own: 'address_is_shared',
  shared_place: 'address_is_shared',
  strange_name: 'name_is_not_own',
  shared_name: 'name_is_shared',
  forwarded: 'name_is_shared',
} as const satisfies Readonly<Record<TerminalSharing, string>>;

/** Throws PosternError for what the policy of account and compute forbids. */
export function requirePolicy({ policy, compute }: JudgedTarget, { origin }: LoginRequest, choice: Choice): void {
  if (!policy.linkLogin)
    throw new PosternError('link_login_disabled', { params: { compute: cleanForPage(compute.name) } });
  if (policy.allowedNetworks.length > 0 && !parseNetworks(policy.allowedNetworks).includes(origin.address)) {
    throw new PosternError('refused_by_policy', { params: { address: cleanForPage(origin.address) } });
  }
  if (policy.readOnlyOnly && choice.access !== 'read_only') {
    throw new PosternError('only_reading_allowed');
  }
  if (policy.longestGrantMs === 0 && choice.remember !== 'once') {
    throw new PosternError('only_once_allowed');
  }
}

/** Throws `precondition` for a duration that the terminal's neighbours forbid. */
export function requireRoomToRemember(sharing: TerminalSharing, { origin }: LoginRequest, { remember }: Choice): void {
  if (remember === 'once' || LIFE_MS[remember] <= longestRememberedMs(sharing)) return;
  const params = { address: cleanForPage(origin.address), user: cleanForPage(origin.requestedUser) };
  throw new PosternError(REFUSALS[sharing], { params });
}
