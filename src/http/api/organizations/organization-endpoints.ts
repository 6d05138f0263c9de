// Organizations: those of the caller, and one of them.

import { z } from 'zod';
import { type Account, getAccount } from '../../../catalogue/accounts/accounts.ts';
import { listOwnOrganizations } from '../../../catalogue/accounts/organizations.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { namedIdField, organizationIdField, timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';

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

export const ORGANIZATION_ROUTES = tagged('Organizations', [
  apiRoute('get', '/users/me/organizations', {
    operationId: 'getCurrentUserOrganizations',
    summary: 'The organizations whose member the caller is, or which owns the key',
    reply: z.object({ organizations: z.array(organizationShape) }),
    perform: async ({ catalogue, context }) => ({
      organizations: (await listOwnOrganizations(catalogue, context)).map(organizationOf),
    }),
  }),
  apiRoute('get', '/organizations/{org_id}', {
    operationId: 'getOrganization',
    summary: 'An organization',
    params: organizationParams,
    reply: organizationShape,
    perform: async ({ catalogue, context }, { params }) => {
      return organizationOf(await getAccount(catalogue, context, params.org_id));
    },
  }),
]);

function organizationOf(account: Account): z.input<typeof organizationShape> {
  return onWire(organizationShape, { ...account, managedBy: 'console' });
}
