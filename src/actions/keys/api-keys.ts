// API keys. Each call asks for its key, so that nothing rests on a revoked one.

import {
  createOrganizationKey as createOfOrganization,
  createPersonalKey as createPersonal,
  revokeOrganizationKey as revokeOfOrganization,
  revokePersonalKey as revokePersonal,
} from '../../catalogue/access/api-keys.ts';
import { catalogueAction } from '../define-action.ts';

/** Makes a key that acts as its person; returned this once. Throws `invalid_input`, `forbidden`. */
export const createPersonalKey = catalogueAction(createPersonal);

/** Of the organization or of one of its projects; returned this once. */
export const createOrganizationKey = catalogueAction(createOfOrganization);

export const revokePersonalKey = catalogueAction(revokePersonal);

export const revokeOrganizationKey = catalogueAction(revokeOfOrganization);
