// The guests of a project. Neon calls a share a permission of the project.

import { z } from 'zod';
import { shareProject, unshareProject } from '../../../actions/projects/share-project.ts';
import { assertNever } from '../../../assert-never.ts';
import { listShares, type Share, type ShareOutcome } from '../../../catalogue/projects/shares.ts';
import { PosternError } from '../../../errors.ts';
import type { ShareId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { emailField, idField, projectParams, timeField, uuidField } from '../call/field-shapes.ts';
import { knownPasswordsField, knownPasswordsOnWire, passwordChoice, passwordQuery } from '../call/known-passwords.ts';
import { onWire } from '../call/on-wire.ts';

// Neon API 2.7.3: ProjectPermission
const permissionShape = z
  .object({
    id: uuidField,
    granted_to_email: emailField,
    granted_at: timeField,
    revoked_at: timeField.optional(),
  })
  .meta({ id: 'ProjectPermission' });

const endedPermissionShape = permissionShape.extend({ known_passwords: knownPasswordsField });

export const PERMISSION_ROUTES = tagged('Projects', [
  apiRoute('get', '/projects/{project_id}/permissions', {
    operationId: 'listProjectPermissions',
    summary: 'With whom a project is shared',
    params: projectParams,
    reply: z.object({ project_permissions: z.array(permissionShape) }),
    perform: async ({ catalogue, context }, { params }) => ({
      project_permissions: (await listShares(catalogue, context, params.project_id)).map(permissionOnWire),
    }),
  }),
  apiRoute('post', '/projects/{project_id}/permissions', {
    operationId: 'grantPermissionToProject',
    summary: 'Shares a project by email, also with people who have no account yet',
    params: projectParams,
    body: z.object({ email: emailField }),
    reply: permissionShape,
    perform: async (call, { params, body }) => {
      const wanted = { projectId: params.project_id, emails: [body.email] };
      const [outcome] = await shareProject(call, call.context, wanted);
      if (outcome === undefined) throw new Error('sharing a project had no outcome');
      return permissionOnWire(shareOf(outcome));
    },
  }),
  apiRoute('delete', '/projects/{project_id}/permissions/{permission_id}', {
    operationId: 'revokePermissionFromProject',
    summary: "Ends a share, with that person's grants and live connections",
    params: projectParams.extend({ permission_id: idField<ShareId>() }),
    query: passwordQuery,
    reply: endedPermissionShape,
    perform: async (call, { params, query }) => {
      const which = { projectId: params.project_id, shareId: params.permission_id };
      const ended = await unshareProject(call, call.context, { ...which, ...passwordChoice(query) });
      return { ...permissionOnWire(ended), ...knownPasswordsOnWire(ended) };
    },
  }),
]);

/** Sharing twice is no error. Throws `conflict` for a member of the organization. */
function shareOf(outcome: ShareOutcome): Share {
  switch (outcome.kind) {
    case 'shared':
    case 'already_shared':
      return outcome.share;
    case 'has_access_already':
      throw new PosternError('has_access_already', { params: { email: outcome.email } });
    default:
      return assertNever(outcome);
  }
}

function permissionOnWire(share: Share): z.input<typeof permissionShape> {
  return onWire(permissionShape, { ...share, grantedToEmail: share.email });
}
