// Access tokens and API keys, made and revoked. Each call asks for its API key, so that nothing
// rests on a revoked one.

import { createAccessToken as create, revokeAccessToken as revoke } from '../../catalogue/access/access-tokens.ts';
import {
  createOrganizationKey as createOfOrganization,
  createPersonalKey as createPersonal,
  revokeOrganizationKey as revokeOfOrganization,
  revokePersonalKey as revokePersonal,
} from '../../catalogue/access/api-keys.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** The secret is returned this once. A database made a moment ago is known. `precondition`. */
export async function createAccessToken(
  { catalogue, provisioning }: Pick<ActionParts, 'catalogue' | 'provisioning'>,
  context: AuditContext,
  input: Parameters<typeof create>[2],
) {
  if (input.database !== null) await provisioning.databases.showOfCompute(input.computeId);
  return await create(catalogue, context, input);
}

/** Revokes a token and ends its live connections. Throws `forbidden`, `not_found`. */
export const revokeAccessToken = ending(catalogueAction(revoke));

/** Makes a key that acts as its person; returned this once. Throws `invalid_input`, `forbidden`. */
export const createPersonalKey = catalogueAction(createPersonal);

/** Of the organization or of one of its projects; returned this once. */
export const createOrganizationKey = catalogueAction(createOfOrganization);

export const revokePersonalKey = catalogueAction(revokePersonal);

export const revokeOrganizationKey = catalogueAction(revokeOfOrganization);
