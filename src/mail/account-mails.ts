// The mails about a person's own account: a way back in, proof of an address, and what has changed.

import { assertNever } from '../assert-never.ts';
import { cleanForPage } from '../untrusted-text.ts';
import type { Mail } from './mailer.ts';

interface ToPerson {
  readonly to: string;
  readonly brand: string;
  /** The console's address, without a slash at its end. */
  readonly url: string;
}

const NOT_YOU = 'If you didn’t ask for it, you can ignore this mail: nothing changes.';

export function resetMail({ to, brand, link }: Omit<ToPerson, 'url'> & { readonly link: string }): Mail {
  return {
    to,
    subject: `Reset your ${brand} password`,
    text: paragraphs(
      `Somebody, we hope you, forgot the password of your ${brand} account. Choose a new one here:`,
      link,
      'The link works once, within an hour. Your open sessions and connections end when you use it.',
      NOT_YOU,
    ),
  };
}

/** For people who sign in with an identity provider alone. */
export function noPasswordMail({ to, brand, url }: ToPerson): Mail {
  return {
    to,
    subject: `Your ${brand} account has no password`,
    text: paragraphs(
      `Somebody, we hope you, asked to reset the password of your ${brand} account. It has none: you sign in with your identity provider.`,
      `${url}/sign-in`,
      NOT_YOU,
    ),
  };
}

/** To the new address. */
export function proveEmailMail(facts: Omit<ToPerson, 'url'> & { readonly link: string }): Mail {
  const { to, brand, link } = facts;
  return {
    to,
    subject: `Confirm your email address for ${brand}`,
    text: paragraphs(
      `Somebody, we hope you, wants to use this address to sign in to ${brand}. Confirm it here, in the browser where you’re signed in:`,
      link,
      'The link works once, within an hour.',
      NOT_YOU,
    ),
  };
}

export type AccountChange =
  | { readonly kind: 'password_changed' | 'password_reset' | 'reset_link_made' | 'disabled' | 'enabled' }
  | { readonly kind: 'operator_made' | 'operator_unmade' | 'removed' }
  | { readonly kind: 'email_changed'; readonly from: string; readonly email: string }
  | { readonly kind: 'identity_linked' | 'identity_unlinked'; readonly issuer: string };

export function accountChangedMail({ to, brand, url, what }: ToPerson & { readonly what: AccountChange }): Mail {
  const { subject, text, advice = 'account' } = wordsOf(what, brand);
  const howTo = {
    account: [`If this wasn’t you, choose a new password and sign out everywhere: ${url}/app/me/sessions`],
    operator: [`An operator of ${brand} did this. Ask them if you didn’t expect it.`],
  };
  return { to, subject, text: paragraphs(text, ...howTo[advice]) };
}

interface Words {
  readonly subject: string;
  readonly text: string;
  readonly advice?: 'account' | 'operator';
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
        subject: `Your ${brand} account was linked to an identity provider`,
        text: `You can now sign in with ${cleanForPage(what.issuer)}.`,
      };
    case 'identity_unlinked':
      return {
        subject: `Your ${brand} account was unlinked from an identity provider`,
        text: `You can no longer sign in with ${cleanForPage(what.issuer)}.`,
      };
    default:
      return { ...operatorWords(what.kind, brand), advice: 'operator' };
  }
}

type ByOperator = 'reset_link_made' | 'disabled' | 'enabled' | 'operator_made' | 'operator_unmade' | 'removed';

function operatorWords(kind: ByOperator, brand: string): Words {
  switch (kind) {
    case 'reset_link_made':
      return {
        subject: `A link to reset your ${brand} password was made`,
        text: 'An operator made a link with which you can choose a new password. They will pass it on to you.',
      };
    case 'disabled':
      return {
        subject: `Your ${brand} account was disabled`,
        text: 'Your account was disabled. Your sessions and connections have ended, and you can’t sign in.',
      };
    case 'enabled':
      return { subject: `Your ${brand} account is back`, text: 'Your account was enabled. You can sign in again.' };
    case 'operator_made':
      return { subject: `You are an operator of ${brand} now`, text: 'You can now run this installation.' };
    case 'operator_unmade':
      return {
        subject: `You are no longer an operator of ${brand}`,
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

function paragraphs(...texts: readonly string[]): string {
  return [...texts, ''].join('\n\n');
}
