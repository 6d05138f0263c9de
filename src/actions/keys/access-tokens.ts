// Access tokens: passwords for clients that cannot show a link, made and revoked.

import type { AccessToken } from '../../catalogue/access/access-token-rows.ts';
import { createAccessToken as create, revokeAccessToken as revoke } from '../../catalogue/access/access-tokens.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { AccessTokenId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../catalogue-action.ts';
import type { AccessEnders } from '../end-access.ts';

/**
 * Makes a token; its secret is returned this once. Throws `invalid_input`, `precondition`,
 * `forbidden`, `not_found`.
 */
export const createAccessToken = catalogueAction(create);

/** Revokes a token and ends its live connections. Throws `forbidden`, `not_found`. */
export async function revokeAccessToken(
  parts: Pick<AccessEnders, 'liveConnections'> & Pick<ActionParts, 'catalogue'>,
  context: AuditContext,
  accessTokenId: AccessTokenId,
): Promise<AccessToken> {
  const token = await revoke(parts.catalogue, context, accessTokenId);
  await parts.liveConnections.endWhere({ accessTokenId });
  return token;
}
