// A person asks for access ahead of any login. What is agreed to then opens the link door without
// asking again.

import { judgeAsking } from '../../catalogue/access/ask-target.ts';
import type { AccessRequest } from '../../catalogue/asking/access-request.ts';
import { fileRequest, LONGEST_WAIT_MS } from '../../catalogue/asking/file-request.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import { INSTALLATION, requireMay } from '../../catalogue/rights/permissions.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { ComputeId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { tellOfAccess } from './tell-of-access.ts';

export interface AccessWish {
  readonly computeId: ComputeId;
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: 'read_write' | 'read_only';
  readonly durationMs: number;
  readonly reason: string;
}

type AskingParts = Pick<ActionParts, 'catalogue' | 'mailer' | 'address' | 'config'>;

/** Throws `nothing_to_ask` where the rules allow it anyway, and as filing it does. */
export async function askForAccess(
  { catalogue, mailer, address, config }: AskingParts,
  context: AuditContext & { readonly actor: PersonActor },
  { durationMs, reason, ...place }: AccessWish,
): Promise<AccessRequest> {
  requireMay(context.actor, 'self.ask_for_access', INSTALLATION);
  const choice = { userId: context.actor.userId, ...place };
  const { viaSignIn } = context.actor;
  const how = { door: 'link', address: null, signIn: null, ...(viaSignIn && { viaSignIn }) } as const;
  const { asking, ...target } = await judgeAsking(catalogue, choice, how);
  if (asking === null) throw new PosternError('nothing_to_ask', { params: { compute: target.compute.name } });
  const { request, approvers } = await fileRequest(catalogue, context, {
    ...{ target: { ...target, asking }, choice, reason, durationMs },
    ...{ loginRequestId: null, waitMs: LONGEST_WAIT_MS },
  });
  tellOfAccess({ mailer, address, brand: config.brand }, { kind: 'asked', request, approvers });
  return request;
}
