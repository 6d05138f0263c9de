// Access tokens and API keys, made and revoked. Each call asks for its API key, so that nothing
// rests on a revoked one.

import {
  createAccessToken as create,
  type NewAccessToken,
  revokeAccessToken as revoke,
  createWorkloadToken as trust,
} from '../../catalogue/access/access-tokens.ts';
import {
  createOrganizationKey as createOfOrganization,
  createPersonalKey as createPersonal,
  createSinglePurposeKey as createSinglePurpose,
  revokeOrganizationKey as revokeOfOrganization,
  revokePersonalKey as revokePersonal,
} from '../../catalogue/access/api-keys.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** The secret is returned this once. Throws `precondition`. */
export const createAccessToken = knowingDatabases(create);

/** As `createAccessToken`, without a secret: an issuer says who the program is. */
export const trustWorkload = knowingDatabases(trust);

/** A database made a moment ago is known. */
function knowingDatabases<Input extends NewAccessToken, Made>(
  make: (catalogue: Catalogue, context: AuditContext, input: Input) => Promise<Made>,
) {
  return async (
    { catalogue, provisioning }: Pick<ActionParts, 'catalogue' | 'provisioning'>,
    context: AuditContext,
    input: Input,
  ): Promise<Made> => {
    if (input.database !== null) await provisioning.databases.showOfCompute(input.computeId);
    return await make(catalogue, context, input);
  };
}

/** Revokes a token and ends its live connections. Throws `forbidden`, `not_found`. */
export const revokeAccessToken = ending(catalogueAction(revoke));

/** Makes a key that acts as its person; returned this once. Throws `invalid_input`, `forbidden`. */
export const createPersonalKey = catalogueAction(createPersonal);

/** Of the organization or of one of its projects; returned this once. */
export const createOrganizationKey = catalogueAction(createOfOrganization);

/** For the identity provider or the schedule of on-call people; returned this once. */
export const createSinglePurposeKey = catalogueAction(createSinglePurpose);

export const revokePersonalKey = catalogueAction(revokePersonal);

export const revokeOrganizationKey = catalogueAction(revokeOfOrganization);
