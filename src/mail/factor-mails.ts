// What the mails about passkeys, one-time codes and recovery codes say.

import { assertNever } from '../assert-never.ts';
import { cleanForPage } from '../untrusted-text.ts';

export type FactorChange =
  | { readonly kind: 'passkey_added' | 'passkey_removed'; readonly name: string }
  | { readonly kind: 'one_time_codes_on' | 'one_time_codes_off' | 'recovery_codes_made' }
  | { readonly kind: 'factors_reset_link_made' }
  | { readonly kind: 'recovery_code_used'; readonly left: number };

const RESET_LINK_MADE =
  'An operator made a link with which you can choose a new password. It also removes your passkeys, one-time codes and recovery codes. They will pass it on to you.';
const SIGNED_OUT = 'Your other browsers are signed out.';

interface FactorWords {
  readonly subject: string;
  readonly text: string;
}

export function factorWords(what: FactorChange, brand: string): FactorWords {
  switch (what.kind) {
    case 'passkey_added':
      return {
        subject: `A passkey was added to your ${brand} account`,
        text: `You can now sign in with the passkey “${cleanForPage(what.name)}”. ${SIGNED_OUT}`,
      };
    case 'passkey_removed':
      return {
        subject: `A passkey was removed from your ${brand} account`,
        text: `The passkey “${cleanForPage(what.name)}” no longer signs you in. ${SIGNED_OUT}`,
      };
    case 'one_time_codes_on':
      return {
        subject: `One-time codes are on for your ${brand} account`,
        text: `Signing in with your password now asks for a code from your authenticator app, too. ${SIGNED_OUT}`,
      };
    case 'one_time_codes_off':
      return {
        subject: `One-time codes are off for your ${brand} account`,
        text: `Codes from your authenticator app no longer sign you in. ${SIGNED_OUT}`,
      };
    case 'recovery_codes_made':
      return {
        subject: `New recovery codes for your ${brand} account`,
        text: `You made new recovery codes. The old ones no longer work. ${SIGNED_OUT}`,
      };
    case 'recovery_code_used':
      return {
        subject: `A recovery code signed in to your ${brand} account`,
        text: `Somebody signed in with your password and one of your recovery codes. ${leftInWords(what.left)}`,
      };
    case 'factors_reset_link_made':
      return { subject: `Somebody made a link to reset your ${brand} sign-in`, text: RESET_LINK_MADE };
    default:
      return assertNever(what);
  }
}

function leftInWords(left: number): string {
  if (left === 0) return 'It was the last one: make new ones on your security page.';
  return left === 1 ? 'One is left.' : `${left} are left.`;
}
