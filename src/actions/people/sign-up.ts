// How people come to be: added by an operator, set up as the first one, invited.

import {
  acceptInvitation as accept,
  signUpWithInvitation as signUp,
} from '../../catalogue/accounts/accept-invitation.ts';
import { useSetupCode } from '../../catalogue/accounts/setup-codes.ts';
import { createUser as create } from '../../catalogue/accounts/users.ts';
import { catalogueAction } from '../define-action.ts';

/**
 * Makes a person with a personal account; invitations and shares that wait for a verified e-mail
 * are theirs at once. Throws `conflict` when the e-mail is taken, `invalid_input`, `forbidden`.
 */
export const createUser = catalogueAction(create);

/**
 * Makes the first operator and voids every set-up code. Throws `not_found` for a code that is not
 * valid, `invalid_input`.
 */
export const setUpFirstOperator = catalogueAction(useSetupCode);

/**
 * Makes the person whom an invitation is for. Throws `not_found` for a link that is not open,
 * `conflict`, `invalid_input`.
 */
export const signUpWithInvitation = catalogueAction(signUp);

/**
 * Accepts an invitation for a person. Throws `forbidden` for somebody else's, `not_found` for a
 * link that is not open.
 */
export const acceptInvitation = catalogueAction(accept);
