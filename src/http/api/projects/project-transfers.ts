// Moves projects into an organization, from another one or from the caller's personal account.

import { z } from 'zod';
import { assertNever } from '../../../assert-never.ts';
import { listAccessTokensOfAccount } from '../../../catalogue/access-tokens.ts';
import { accountResource, may } from '../../../catalogue/permissions.ts';
import { MAX_PROJECTS_PER_TRANSFER, transferProjects } from '../../../catalogue/project-transfers.ts';
import { PosternError } from '../../../errors.ts';
import { type AccessTokenId, type AccountId, idFrom, type ProjectId, personalAccountId } from '../../../ids.ts';
import { endAccessAfterTransfer } from '../../end-access-after-transfer.ts';
import { type ApiCall, requirePerson } from '../api-call.ts';
import { ApiRefusal } from '../api-refusal.ts';
import { apiRoute } from '../api-route.ts';
import { idField, namedIdField } from '../field-shapes.ts';

const projectIds = z.array(idField<ProjectId>()).min(1).max(MAX_PROJECTS_PER_TRANSFER);
const transferBody = z.object({ destination_org_id: namedIdField, project_ids: projectIds });
// Neon's documents of August 2024 call the destination `org_id`.
const olderTransferBody = z
  .object({ org_id: namedIdField, project_ids: projectIds })
  .transform(({ org_id, project_ids }) => ({ destination_org_id: org_id, project_ids }));

export const transferFromOrganization = apiRoute({
  method: 'post',
  path: '/organizations/{source_org_id}/projects/transfer',
  operationId: 'transferProjectsFromOrgToOrg',
  summary: 'Moves projects to another organization, all or none',
  tag: 'Projects',
  params: z.object({ source_org_id: idField<AccountId>() }),
  body: transferBody,
  status: 200,
  reply: z.object({}),
  perform: async (call, { params, body }) => {
    await transfer(call, params.source_org_id, body);
    return {};
  },
});

export const transferFromPerson = apiRoute({
  method: 'post',
  path: '/users/me/projects/transfer',
  operationId: 'transferProjectsFromUserToOrg',
  summary: 'Moves projects of the personal account to an organization, all or none',
  tag: 'Projects',
  body: z.union([transferBody, olderTransferBody]),
  status: 200,
  reply: z.object({}),
  perform: async (call, { body }) => {
    const { userId } = requirePerson(call.context);
    await transfer(call, personalAccountId(userId), body);
    return {};
  },
});

async function transfer(call: ApiCall, sourceAccountId: AccountId, body: z.output<typeof transferBody>): Promise<void> {
  const destinationAccountId = idFrom<AccountId>(body.destination_org_id);
  const request = { sourceAccountId, destinationAccountId, projectIds: body.project_ids };
  const tokensBefore = await tokenIdsOf(call, sourceAccountId);
  const outcome = await transferProjects(call.catalogue, call.context, request);
  switch (outcome.kind) {
    case 'transferred': {
      const tokensLeft = new Set(await tokenIdsOf(call, sourceAccountId));
      const tokenIds = tokensBefore.filter((id) => !tokensLeft.has(id));
      return endAccessAfterTransfer(call, { sourceAccountId, projects: outcome.projects, tokenIds });
    }
    case 'over_limits': {
      const problem = "the projects would go beyond the destination's plan";
      throw new ApiRefusal(new PosternError('out_of_range', { params: { problem } }), { limits: outcome.limits });
    }
    default:
      return assertNever(outcome);
  }
}

/** The account's own tokens for its computes. None for who may not see them: the transfer itself then refuses. */
async function tokenIdsOf({ catalogue, context }: ApiCall, accountId: AccountId): Promise<AccessTokenId[]> {
  if (!may(context.actor, 'access_tokens.read', accountResource(accountId))) return [];
  const tokens = await listAccessTokensOfAccount(catalogue, context, accountId);
  return tokens.filter((token) => token.owner.kind === 'account').map((token) => token.id);
}
