// Moves projects into an organization, from another one or from the caller's personal account.

import { z } from 'zod';
import type { PasswordChoice } from '../../../actions/databases/settle-known-passwords.ts';
import { transferProjects } from '../../../actions/projects/change-project.ts';
import { MAX_PROJECTS_PER_TRANSFER } from '../../../catalogue/transfers/project-transfers.ts';
import { PosternError } from '../../../errors.ts';
import { type AccountId, idFrom, type ProjectId, personalAccountId } from '../../../ids.ts';
import { type ApiCall, requirePerson } from '../call/api-call.ts';
import { ApiRefusal } from '../call/api-errors.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField, namedIdField, organizationIdField } from '../call/field-shapes.ts';
import { knownPasswordsField, knownPasswordsOnWire, passwordChoice, passwordQuery } from '../call/known-passwords.ts';

const projectIds = z.array(idField<ProjectId>()).min(1).max(MAX_PROJECTS_PER_TRANSFER);
// Neon's documentation of August 2024 calls the destination `org_id`.
const transferBody = z.object({
  destination_org_id: namedIdField.optional(),
  org_id: namedIdField.optional().meta({ deprecated: true, description: 'The older name of destination_org_id.' }),
  project_ids: projectIds,
});

export const TRANSFER_ROUTES = tagged('Projects', [
  apiRoute('post', '/organizations/{source_org_id}/projects/transfer', {
    operationId: 'transferProjectsFromOrgToOrg',
    summary: 'Moves projects to another organization, all or none',
    params: z.object({ source_org_id: organizationIdField }),
    body: transferBody,
    query: passwordQuery,
    reply: z.object({ known_passwords: knownPasswordsField }),
    perform: (call, { params, query, body }) =>
      transfer(call, params.source_org_id, { ...body, ...passwordChoice(query) }),
  }),
  apiRoute('post', '/users/me/projects/transfer', {
    operationId: 'transferProjectsFromUserToOrg',
    summary: 'Moves projects of the personal account to an organization, all or none',
    body: transferBody,
    query: passwordQuery,
    reply: z.object({ known_passwords: knownPasswordsField }),
    perform: async (call, { query, body }) => {
      const { userId } = requirePerson(call.context);
      return await transfer(call, personalAccountId(userId), { ...body, ...passwordChoice(query) });
    },
  }),
]);

async function transfer(
  call: ApiCall,
  sourceAccountId: AccountId,
  body: z.output<typeof transferBody> & PasswordChoice,
) {
  const destination = body.destination_org_id ?? body.org_id;
  if (destination === undefined) {
    throw new PosternError('invalid_field', {
      params: { field: 'body.destination_org_id', rule: 'name the organization' },
    });
  }
  const destinationAccountId = idFrom<AccountId>(destination);
  const request = { sourceAccountId, destinationAccountId, projectIds: body.project_ids, passwords: body.passwords };
  const outcome = await transferProjects(call, call.context, request);
  if (outcome.kind === 'transferred') return knownPasswordsOnWire(outcome);
  throw new ApiRefusal(new PosternError('destination_full'), { limits: outcome.limits });
}
