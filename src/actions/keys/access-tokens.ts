// Access tokens: passwords for clients that cannot show a link, made and revoked.

import { createAccessToken as create, revokeAccessToken as revoke } from '../../catalogue/access/access-tokens.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** The secret is returned this once. Throws `precondition`. */
export const createAccessToken = catalogueAction(create);

/** Revokes a token and ends its live connections. Throws `forbidden`, `not_found`. */
export const revokeAccessToken = ending(catalogueAction(revoke));
