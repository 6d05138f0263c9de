// How people come to be: added by an operator, set up as the first one, invited.

import {
  acceptInvitation as accept,
  signUpWithInvitation as signUp,
} from '../../catalogue/accounts/accept-invitation.ts';
import {
  acceptOwnInvitation as acceptOwn,
  declineOwnInvitation as declineOwn,
} from '../../catalogue/accounts/own-invitations.ts';
import { createSetupCodeIfEmpty, useSetupCode } from '../../catalogue/accounts/setup-codes.ts';
import { createUser as create } from '../../catalogue/accounts/users.ts';
import { vouchForEmail as vouch } from '../../catalogue/accounts/verified-email.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../define-action.ts';

type OwnParts = Pick<ActionParts, 'catalogue'>;
type OwnInput = [Parameters<typeof acceptOwn>[1], Parameters<typeof acceptOwn>[2]];

/** Shares that wait for a verified e-mail are theirs at once, invitations wait. `conflict`. */
export const createUser = catalogueAction(create);

/** For one more set-up link; null once there is a person. */
export const createSetUpCode = ({ catalogue }: OwnParts) => createSetupCodeIfEmpty(catalogue);

/** Voids every set-up code. Throws `not_found` for a code that is not valid. */
export const setUpFirstOperator = catalogueAction(useSetupCode);

/** Throws `not_found` for a link that is not open, `conflict`. */
export const signUpWithInvitation = catalogueAction(signUp);

/** Throws `forbidden` for somebody else's, `not_found` for a link that is not open. */
export const acceptInvitation = catalogueAction(accept);

/** The organization's id. Throws `not_found` for one that does not wait for this person. */
export const acceptOwnInvitation = ({ catalogue }: OwnParts, ...rest: OwnInput) => acceptOwn(catalogue, ...rest);

/** Throws `not_found` for one that does not wait for this person. */
export const declineOwnInvitation = ({ catalogue }: OwnParts, ...rest: OwnInput) => declineOwn(catalogue, ...rest);

/** An operator answers for a person's e-mail. Throws `not_found`. */
export const vouchForEmail = catalogueAction(vouch);
