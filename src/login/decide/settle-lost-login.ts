// Settles a login request whose node is lost: it stays open for its person, or becomes a grant.

import { NO_SIGN_IN } from '../../catalogue/access/reach.ts';
import { type JudgedTarget, judgeTarget } from '../../catalogue/access/resolve-target.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import { type LoginRequestId, newGrantId } from '../../ids.ts';
import type { Approval, LoginRequest, Progress } from '../request/login-request.ts';
import type { LoginRequests } from '../request/login-requests.ts';
import { createGrant, type SettlingServices } from './settle-approval.ts';

export interface LostLoginServices extends SettlingServices {
  readonly loginRequests: LoginRequests;
}

/** May run more than once, and on several nodes. Throws `store_unavailable` between two steps. */
export async function settleLostLogin(services: LostLoginServices, id: LoginRequestId): Promise<void> {
  const { loginRequests } = services;
  const detached = await loginRequests.detachConnection(id);
  const { request } = detached;
  if (detached.kind === 'moved' || request === null || request.waiting !== 'connection') return;
  if (request.status === 'approved') await keepApproval(services, request);
  else if (request.status === 'consumed') await reportEnd(loginRequests, request);
}

async function keepApproval(services: LostLoginServices, { id, approval, origin }: LoginRequest): Promise<void> {
  if (approval === null) return;
  const target = await findTarget(services, approval, origin.address);
  // NOTE: consume first and create the grant afterwards, so that a node that was only cut off
  // briefly cannot use the approval as well.
  const taken = await services.loginRequests.consume(id, 'nobody');
  if (taken.kind === 'refused') return;
  if (target instanceof PosternError) {
    const { code, message } = target;
    return await services.loginRequests.setProgress(id, { kind: 'failed', code, message });
  }
  // A grant of an hour or longer was created with the approval.
  if (approval.grantId !== null) return;
  await createGrant(services, { id: newGrantId(), request: taken.request, approval, target });
}

async function findTarget(
  { catalogue }: LostLoginServices,
  approval: Approval,
  address: string,
): Promise<JudgedTarget | PosternError> {
  try {
    return await judgeTarget(catalogue, approval, { door: 'link', address, signIn: approval.signIn ?? NO_SIGN_IN });
  } catch (error) {
    if (!(error instanceof PosternError) || isPosternError(error, 'store_unavailable')) throw error;
    return error;
  }
}

async function reportEnd(loginRequests: LoginRequests, { id, progress }: LoginRequest): Promise<void> {
  const end = endOf(progress);
  if (end !== null) await loginRequests.setProgress(id, end);
}

function endOf({ kind }: Progress): Progress | null {
  switch (kind) {
    case 'waiting':
    case 'waking':
    case 'connecting':
      return { kind: 'node_lost' };
    case 'connected':
      return { kind: 'ended' };
    default:
      return null;
  }
}
