// Transferring projects to another account: the catalogue moves them, then access that was lost
// ends.

import { listAccessTokensOfAccount } from '../../catalogue/access/access-tokens.ts';
import { accountResource, may } from '../../catalogue/rights/permissions.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import {
  type TransferOutcome,
  type TransferRequest,
  transferProjects as transfer,
} from '../../catalogue/transfers/project-transfers.ts';
import type { AccessTokenId, AccountId } from '../../ids.ts';
import type { AccessEnders } from '../end-access.ts';
import { endAccessAfterTransfer } from '../end-access-after-transfer.ts';

/** Throws as the catalogue's `transferProjects`. */
export async function transferProjects(
  parts: AccessEnders & { readonly catalogue: Catalogue },
  context: AuditContext,
  request: TransferRequest,
): Promise<TransferOutcome> {
  const { catalogue } = parts;
  const { sourceAccountId } = request;
  const tokensBefore = await tokenIdsOf(catalogue, context, sourceAccountId);
  const outcome = await transfer(catalogue, context, request);
  if (outcome.kind !== 'transferred') return outcome;
  const tokensLeft = new Set(await tokenIdsOf(catalogue, context, sourceAccountId));
  const tokenIds = tokensBefore.filter((id) => !tokensLeft.has(id));
  await endAccessAfterTransfer(parts, { sourceAccountId, projects: outcome.projects, tokenIds });
  return outcome;
}

/**
 * The account's own tokens for its computes. None for who may not see them: the transfer itself
 * then refuses.
 */
async function tokenIdsOf(catalogue: Catalogue, context: AuditContext, accountId: AccountId): Promise<AccessTokenId[]> {
  if (!may(context.actor, 'access_tokens.read', accountResource(accountId))) return [];
  const tokens = await listAccessTokensOfAccount(catalogue, context, accountId);
  return tokens.filter((token) => token.owner.kind === 'account').map((token) => token.id);
}
