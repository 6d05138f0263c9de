// The mails about a person's own account: a way back in, proof of an address, and what has changed.

import { assertNever } from '../assert-never.ts';
import { cleanForPage } from '../untrusted-text.ts';
import { composeMail } from './compose-mail.ts';
import { type FactorChange, factorWords } from './factor-mails.ts';
import type { Mail } from './mailer.ts';

interface ToPerson {
  readonly to: string;
  readonly brand: string;
  /** The console's address, without a slash at its end. */
  readonly url: string;
}

const NOT_YOU = 'If you didn’t ask for it, you can ignore this mail: nothing changes.';

export function resetMail({ to, brand, link }: Omit<ToPerson, 'url'> & { readonly link: string }): Mail {
  return composeMail({
    to,
    brand,
    subject: `Reset your ${brand} password`,
    paragraphs: ['Forgot your password? Choose a new one.'],
    button: { label: 'Choose a new password', link },
    belowButton: ['The link works once, within an hour. Using it ends your open sessions and connections.'],
    why: `You got this mail because somebody asked to reset the password of your account. ${NOT_YOU}`,
  });
}

/** For people who sign in with an identity provider alone. */
export function noPasswordMail({ to, brand, url }: ToPerson): Mail {
  return composeMail({
    to,
    brand,
    subject: `Your ${brand} account has no password`,
    paragraphs: ['There’s no password to reset: you sign in with your identity provider.'],
    button: { label: 'Sign in', link: `${url}/sign-in` },
    why: `You got this mail because somebody asked to reset the password of your account. ${NOT_YOU}`,
  });
}

/** To the new address. */
export function proveEmailMail({ to, brand, link }: Omit<ToPerson, 'url'> & { readonly link: string }): Mail {
  return composeMail({
    to,
    brand,
    subject: `Confirm your email address for ${brand}`,
    paragraphs: ['To sign in with this address, confirm it in the browser where you’re signed in.'],
    button: { label: 'Confirm this address', link },
    belowButton: ['The link works once, within an hour.'],
    why: `You got this mail because somebody wants to use this address for an account. ${NOT_YOU}`,
  });
}

export type AccountChange =
  | { readonly kind: 'password_changed' | 'password_reset' | 'reset_link_made' }
  | { readonly kind: 'disabled' | 'enabled' }
  | { readonly kind: 'operator_made' | 'operator_unmade' | 'removed' }
  | { readonly kind: 'email_changed'; readonly from: string; readonly email: string }
  | { readonly kind: 'identity_linked' | 'identity_unlinked'; readonly issuer: string }
  | FactorChange;

export function accountChangedMail({ to, brand, url, what }: ToPerson & { readonly what: AccountChange }): Mail {
  const { subject, text, by = 'yourself', button } = wordsOf(what, brand);
  const isOwn = by === 'yourself';
  const way = isOwn ? { label: 'Check your sessions', path: '/app/me/sessions' } : button;
  return composeMail({
    to,
    brand,
    subject,
    paragraphs: [
      text,
      isOwn
        ? 'If this wasn’t you, choose a new password and sign out everywhere.'
        : `An operator of ${brand} did this. Ask them if you didn’t expect it.`,
    ],
    ...(way !== undefined && { button: { label: way.label, link: `${url}${way.path}` } }),
    why: `You got this mail because your ${brand} account was changed.`,
  });
}

interface Words {
  readonly subject: string;
  readonly text: string;
  readonly by?: 'yourself' | 'operator';
  readonly button?: { readonly label: string; readonly path: string };
}

function wordsOf(what: AccountChange, brand: string): Words {
  switch (what.kind) {
    case 'password_changed':
    case 'password_reset':
      return {
        subject: `Your ${brand} password was changed`,
        text: 'Your password was changed. Your other browsers are signed out, and your connections have ended.',
      };
    case 'email_changed':
      return {
        subject: `Your ${brand} email address was changed`,
        text: `You now sign in as ${cleanForPage(what.email)} instead of ${cleanForPage(what.from)}.`,
      };
    case 'identity_linked':
      return {
        subject: `An identity was linked to your ${brand} account`,
        text: `You can now sign in with ${cleanForPage(what.issuer)}.`,
      };
    case 'identity_unlinked':
      return {
        subject: `An identity was unlinked from your ${brand} account`,
        text: `You can no longer sign in with ${cleanForPage(what.issuer)}.`,
      };
    case 'passkey_added':
    case 'passkey_removed':
    case 'one_time_codes_on':
    case 'one_time_codes_off':
    case 'recovery_codes_made':
    case 'recovery_code_used':
      return factorWords(what, brand);
    case 'factors_reset_link_made':
      return { ...factorWords(what, brand), by: 'operator' };
    default:
      return { ...operatorWords(what.kind, brand), by: 'operator' };
  }
}

type ByOperator = 'reset_link_made' | 'disabled' | 'enabled' | 'operator_made' | 'operator_unmade' | 'removed';

function operatorWords(kind: ByOperator, brand: string): Words {
  switch (kind) {
    case 'reset_link_made':
      return {
        subject: `Somebody made a link to reset your ${brand} password`,
        text: 'An operator made a link with which you can choose a new password. They will pass it on to you.',
      };
    case 'disabled':
      return {
        subject: `Your ${brand} account was disabled`,
        text: 'Your account was disabled. Your sessions and connections have ended, and you can’t sign in.',
      };
    case 'enabled':
      return {
        subject: `Your ${brand} account is back`,
        text: 'Your account was enabled. You can sign in again.',
        button: { label: 'Sign in', path: '/sign-in' },
      };
    case 'operator_made':
      return {
        subject: `You’re an operator of ${brand} now`,
        text: 'You can now run this installation.',
        button: { label: 'Open Operations', path: '/ops' },
      };
    case 'operator_unmade':
      return {
        subject: `You’re no longer an operator of ${brand}`,
        text: 'You no longer run this installation. Your projects and organizations are the same.',
      };
    case 'removed':
      return {
        subject: `Your ${brand} account was removed`,
        text: 'Your account was removed, with all access it had.',
      };
    default:
      return assertNever(kind);
  }
}
