// "Don't ask again", said when the connection stands: an approval for this connection only becomes
// one that is remembered, by the rights and rules of now.

import { NO_SIGN_IN } from '../../catalogue/access/reach.ts';
import { judgeTarget } from '../../catalogue/access/resolve-target.ts';
import { isSignInFresh, longestGrantMsOf } from '../../catalogue/rights/policy.ts';
import { PosternError } from '../../errors.ts';
import { newGrantId } from '../../ids.ts';
import { findSharing, longestRememberedMs } from '../grant/terminal-sharing.ts';
import type { PersonAtBrowser } from '../request/login-audit-event.ts';
import type { LoginRequest } from '../request/login-request.ts';
import { requireAgentBounds, requirePolicy, requireRoomToRemember } from './approval-rules.ts';
import { chosenTarget, signInOf } from './chosen-target.ts';
import type { ApprovalServices } from './judge-approval.ts';
import { createGrant, LIFE_MS } from './settle-approval.ts';

export type LastingRemember = '1h' | '8h';
export type RememberAnswer = 'remembered' | 'sign_in_again' | 'too_late';

/** Throws as approving with that duration does. */
export async function rememberApproval(
  services: ApprovalServices,
  request: LoginRequest,
  { person, remember }: { readonly person: PersonAtBrowser; readonly remember: LastingRemember },
): Promise<RememberAnswer> {
  const { approval } = request;
  if (approval === null || !canBeRemembered(request)) return 'too_late';
  const now = services.clock.now();
  const signIn = signInOf(person, now);
  const choice = { ...approval, accountId: null, projectId: null };
  const target = await chosenTarget(services, { request, person, choice, signIn }, judgeTarget);
  if (target === 'asks_first') return 'too_late';
  if (target === 'sign_in_again' || !isSignInFresh(target.policy, { signIn: person.signIn, now })) {
    return 'sign_in_again';
  }
  const lasting = { ...approval, remember, grantId: newGrantId(), rightAsOf: person.signedInAsOf, signIn };
  requirePolicy(target, request, lasting);
  requireAgentBounds(request, lasting);
  const { sharedNetworks, loginRequests } = services;
  const sharing = await findSharing(services, request.origin, { userId: person.userId, sharedNetworks });
  requireRoomToRemember(sharing, request, lasting);
  const moved = await loginRequests.grace.remember(request.id, { userId: person.userId, approval: lasting });
  if (moved.kind === 'refused') return 'too_late';
  await createGrant(services, { id: lasting.grantId, request, approval: lasting, target });
  return 'remembered';
}

/** The durations that policy, rules and neighbours leave; none where the person lost the right. */
export async function rememberOffers(services: ApprovalServices, request: LoginRequest): Promise<LastingRemember[]> {
  const { approval, origin } = request;
  if (approval === null || approval.forAgent || origin.agent || !canBeRemembered(request)) return [];
  const how = { door: 'link', address: origin.address, signIn: approval.signIn ?? NO_SIGN_IN } as const;
  try {
    const { policy } = await judgeTarget(services.catalogue, approval, how);
    const { sharedNetworks } = services;
    const sharing = await findSharing(services, origin, { userId: approval.userId, sharedNetworks });
    const longestMs = Math.min(longestGrantMsOf(policy, origin), longestRememberedMs(sharing));
    return (['1h', '8h'] as const).filter((remember) => LIFE_MS[remember] <= longestMs);
  } catch (error) {
    if (error instanceof PosternError) return [];
    throw error;
  }
}

function canBeRemembered({ status, approval, progress }: LoginRequest): boolean {
  return status === 'consumed' && approval?.remember === 'once' && progress.kind === 'connected';
}
