// What an approval may not choose, by policy and by what other people share its terminal.

import type { JudgedTarget } from '../../catalogue/access/resolve-target.ts';
import { longestGrantMsOf } from '../../catalogue/rights/policy.ts';
import { PosternError } from '../../errors.ts';
import { isAddressAllowed } from '../../network-address.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { longestRememberedMs, type TerminalSharing } from '../grant/terminal-sharing.ts';
import type { Approval, LoginRequest } from '../request/login-request.ts';
import { actingAgent } from '../terms/agent.ts';
import { AGENT_LIFE_MS, LIFE_MS } from './settle-approval.ts';

type Choice = Pick<Approval, 'access' | 'remember' | 'forAgent'>;

const REFUSALS = {
  own: 'address_is_shared',
  shared_place: 'address_is_shared',
  strange_name: 'name_is_not_own',
  shared_name: 'name_is_shared',
  forwarded: 'name_is_shared',
  unasked: 'key_needed',
} as const satisfies Readonly<Record<TerminalSharing, string>>;

/** Throws PosternError for what the policy of account and compute forbids. */
export function requirePolicy({ policy, compute }: JudgedTarget, { origin }: LoginRequest, choice: Choice): void {
  if (!policy.linkLogin)
    throw new PosternError('link_login_disabled', { params: { compute: cleanForPage(compute.name) } });
  if (!isAddressAllowed(policy.allowedNetworks, origin.address)) {
    throw new PosternError('refused_by_policy', { params: { address: cleanForPage(origin.address) } });
  }
  if (policy.readOnlyOnly && choice.access !== 'read_only') {
    throw new PosternError('only_reading_allowed');
  }
  if (choice.remember === 'once' || longestGrantMsOf(policy, origin) > 0) return;
  if (policy.longestGrantMs > 0) throw new PosternError('key_needed');
  throw new PosternError('only_once_allowed');
}

/** An agent reads, unless it said why it writes, and is remembered for a quarter of an hour. */
export function requireAgentBounds({ origin }: LoginRequest, { access, remember, ...said }: Choice): void {
  const agent = actingAgent(origin.agent, said);
  if (agent === null) return;
  if (agent.reason === null && access !== 'read_only') throw new PosternError('agent_reads_only');
  if (remember !== 'once' && remember !== '15m') throw new PosternError('agent_briefly');
}

/** The person said of the terminal that an agent runs it, whatever else was chosen. */
export function asAgentMay<T extends Choice>(
  choice: T,
  {
    request,
    target,
    sharing,
  }: { readonly request: LoginRequest; readonly target: JudgedTarget; sharing: TerminalSharing },
): T {
  const longestMs = longestGrantMsOf(target.policy, request.origin);
  const isRemembered = choice.remember !== 'once' && longestMs >= AGENT_LIFE_MS && isRoomToRemember(sharing, '15m');
  return { ...choice, access: 'read_only', remember: isRemembered ? '15m' : 'once' };
}

/** Writing to production is confirmed: one click is easily meant for another project. */
export function mustConfirmWrite({ project }: JudgedTarget, { access }: Choice): boolean {
  return project.label === 'production' && access === 'read_write';
}

/** Throws `precondition` for a duration that the terminal's neighbours forbid. */
export function requireRoomToRemember(sharing: TerminalSharing, { origin }: LoginRequest, { remember }: Choice): void {
  if (isRoomToRemember(sharing, remember)) return;
  const params = { address: cleanForPage(origin.address), user: cleanForPage(origin.requestedUser) };
  throw new PosternError(REFUSALS[sharing], { params });
}

export function isRoomToRemember(sharing: TerminalSharing, remember: Approval['remember']): boolean {
  return remember === 'once' || LIFE_MS[remember] <= longestRememberedMs(sharing);
}
