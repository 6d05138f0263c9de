// The mails to people who were invited to an organization or got a project shared.

import { assertNever } from '../assert-never.ts';
import { cleanForPage } from '../untrusted-text.ts';
import type { Mail } from './mailer.ts';
import { defused, quotedName } from './quoted-name.ts';

/** Strangers write to strangers here, so the mail always names the inviter. */
export type Inviter =
  | { readonly kind: 'person'; readonly name: string; readonly email: string; readonly emailVerified: boolean }
  | { readonly kind: 'api_key' }
  | { readonly kind: 'operator' };

interface Invitation {
  readonly to: string;
  readonly brand: string;
  readonly inviter: Inviter;
  readonly link: string;
  readonly expiresAt: Date;
}

export function invitationMail(facts: Invitation & { readonly organizationName: string }): Mail {
  const { to, brand } = facts;
  const organization = quotedName(facts.organizationName);
  return {
    to,
    subject: `Invitation to the organization ${organization} on ${brand}`,
    text: textOf(facts, `${inviterOf(facts)} invites you to the organization ${organization} on ${brand}.`),
  };
}

export function guestMail(facts: Invitation & { readonly projectName: string }): Mail {
  const { to, brand } = facts;
  const project = quotedName(facts.projectName);
  return {
    to,
    subject: `The project ${project} on ${brand} is shared with you`,
    text: textOf(facts, `${inviterOf(facts)} shares the project ${project} on ${brand} with you.`),
  };
}

function textOf({ link, expiresAt }: Invitation, what: string): string {
  return [
    what,
    `Sign in, or make an account, to accept: ${link}`,
    `The link works until ${expiresAt.toISOString()}. If you do not know who sent this, ignore this mail: nothing happens without you.`,
    '',
  ].join('\n\n');
}

function inviterOf({ inviter, brand }: Invitation): string {
  switch (inviter.kind) {
    case 'person': {
      const name = quotedName(inviter.name);
      if (inviter.emailVerified) return `${name} (${cleanForPage(inviter.email)})`;
      return `${name} (who says to be ${defused(inviter.email)}, which is not verified)`;
    }
    case 'api_key':
      return 'A program with an API key of the owner';
    case 'operator':
      return `An operator of ${brand}`;
    default:
      return assertNever(inviter);
  }
}
