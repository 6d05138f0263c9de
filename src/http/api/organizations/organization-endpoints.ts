// Organizations: those of the caller, and one of them.

import { z } from 'zod';
import { type Account, getAccount } from '../../../catalogue/accounts/accounts.ts';
import { listOwnOrganizations } from '../../../catalogue/accounts/organizations.ts';
import { apiRoute } from '../call/api-route.ts';
import { namedIdField, organizationIdField, timeField } from '../call/field-shapes.ts';

// Neon API 2.7.3: Organization
const organizationShape = z
  .object({
    id: namedIdField,
    name: z.string(),
    handle: z.string(),
    plan: z.string(),
    managed_by: z.string(),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'Organization' });

export const organizationParams = z.object({ org_id: organizationIdField });

export const listOwnOrganizationsRoute = apiRoute({
  method: 'get',
  path: '/users/me/organizations',
  operationId: 'getCurrentUserOrganizations',
  summary: 'The organizations whose member the caller is, or which owns the key',
  tag: 'Organizations',
  status: 200,
  reply: z.object({ organizations: z.array(organizationShape) }),
  perform: async ({ catalogue, context }) => ({
    organizations: (await listOwnOrganizations(catalogue, context)).map(organizationOf),
  }),
});

export const getOrganization = apiRoute({
  method: 'get',
  path: '/organizations/{org_id}',
  operationId: 'getOrganization',
  summary: 'An organization',
  tag: 'Organizations',
  params: organizationParams,
  status: 200,
  reply: organizationShape,
  perform: async ({ catalogue, context }, { params }) => {
    return organizationOf(await getAccount(catalogue, context, params.org_id));
  },
});

function organizationOf(account: Account): z.input<typeof organizationShape> {
  return {
    id: account.id,
    name: account.name,
    handle: account.handle,
    plan: account.plan,
    managed_by: 'console',
    created_at: account.createdAt.toISOString(),
    updated_at: account.updatedAt.toISOString(),
  };
}
