// API keys, made and revoked: of a person, of an organization, of one of its projects. A call asks
// for its key each time, so that nothing rests on a revoked one.

import {
  createOrganizationKey as createOfOrganization,
  createPersonalKey as createPersonal,
  revokeOrganizationKey as revokeOfOrganization,
  revokePersonalKey as revokePersonal,
} from '../../catalogue/access/api-keys.ts';
import { catalogueAction } from '../define-action.ts';

/** Makes a key that acts as its person; returned this once. Throws `invalid_input`, `forbidden`. */
export const createPersonalKey = catalogueAction(createPersonal);

/**
 * Makes a key of an organization or of one of its projects; returned this once. Throws
 * `invalid_input`, `forbidden`, `not_found`.
 */
export const createOrganizationKey = catalogueAction(createOfOrganization);

/** Revokes one of the person's own keys, at once. Throws `forbidden`, `not_found`. */
export const revokePersonalKey = catalogueAction(revokePersonal);

/**
 * Revokes a key of the organization or of one of its projects, at once. Throws `forbidden`,
 * `not_found`.
 */
export const revokeOrganizationKey = catalogueAction(revokeOfOrganization);
