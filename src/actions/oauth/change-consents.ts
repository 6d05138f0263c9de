// What people let programs do in their name, given and taken back; and what the issuer keeps of the
// codes and tokens that rest on it.

import { createConsent as create, endConsent as end, revokeConsent as revoke } from '../../catalogue/oauth/consents.ts';
import {
  type IssuedKind,
  insertIssuedToken,
  type NewIssuedToken,
  useIssuedTokenOnce,
} from '../../catalogue/oauth/issued-tokens.ts';
import { replaceSigningKeys, type SigningKeys } from '../../catalogue/oauth/signing-keys.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../define-action.ts';

type Parts = Pick<ActionParts, 'catalogue'>;

/** Of the person in the browser. Throws `forbidden`, `not_signed_in`. */
export const giveConsent = catalogueAction(create);

/** By its person, with every code and token, on every node. Throws `not_found`. */
export const revokeConsent = catalogueAction(revoke);

/** By the program, or because a code or token of it came twice. */
export const endConsent = catalogueAction(end);

/** False when its consent has ended. */
export function keepIssuedToken({ catalogue }: Parts, token: NewIssuedToken): Promise<boolean> {
  return insertIssuedToken(catalogue, token);
}

/** False for the second use. */
export function consumeIssuedToken(
  { catalogue }: Parts,
  which: { readonly token: string; readonly kind: IssuedKind },
): Promise<boolean> {
  return useIssuedTokenOnce(catalogue, which);
}

/** The keys of now, made and replaced as they are due. */
export function currentSigningKeys({ catalogue }: Parts): Promise<SigningKeys> {
  return replaceSigningKeys(catalogue);
}
