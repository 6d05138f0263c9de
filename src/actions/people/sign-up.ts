// How people come to be: added by an operator, set up as the first one, invited.

import {
  acceptInvitation as accept,
  signUpWithInvitation as signUp,
} from '../../catalogue/accounts/accept-invitation.ts';
import { useSetupCode } from '../../catalogue/accounts/setup-codes.ts';
import { createUser as create } from '../../catalogue/accounts/users.ts';
import { catalogueAction } from '../define-action.ts';

/** Invitations and shares that wait for a verified e-mail are theirs at once. `conflict`. */
export const createUser = catalogueAction(create);

/** Voids every set-up code. Throws `not_found` for a code that is not valid. */
export const setUpFirstOperator = catalogueAction(useSetupCode);

/** Throws `not_found` for a link that is not open, `conflict`. */
export const signUpWithInvitation = catalogueAction(signUp);

/** Throws `forbidden` for somebody else's, `not_found` for a link that is not open. */
export const acceptInvitation = catalogueAction(accept);
