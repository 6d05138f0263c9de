// The mails to people who were invited to an organization or got a project shared.

import { assertNever } from '../assert-never.ts';
import { cleanForPage } from '../untrusted-text.ts';
import { composeMail } from './compose-mail.ts';
import type { Mail } from './mailer.ts';
import { defused, isPlainName, quotedName, subjectNaming } from './quoted-name.ts';
import { timeInWords } from './time-in-words.ts';

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
  const { brand, organizationName } = facts;
  const plain = plainNames(facts, organizationName);
  return invite(facts, {
    subject:
      plain === null
        ? subjectNaming(
            organizationName,
            (organization) => `Invitation to the organization ${organization} on ${brand}`,
          )
        : `${plain.inviter} invited you to ${plain.invitedTo}`,
    what: `invited you to the organization ${plain?.invitedTo ?? quotedName(organizationName)} on ${brand}.`,
    label: 'Accept the invitation',
  });
}

export function guestMail(facts: Invitation & { readonly projectName: string }): Mail {
  const { brand, projectName } = facts;
  const plain = plainNames(facts, projectName);
  return invite(facts, {
    subject:
      plain === null
        ? subjectNaming(projectName, (project) => `The project ${project} on ${brand} is shared with you`)
        : `${plain.inviter} shared ${plain.invitedTo} with you`,
    what: `shared the project ${plain?.invitedTo ?? quotedName(projectName)} on ${brand} with you.`,
    label: 'Open the project',
  });
}

/**
 * NOTE: the names stand without quotation marks only where the inviter's mailbox is proved and
 * neither could be read as a message, an address or a name of ours; else anybody could write to
 * strangers in our name (docs/security.md).
 */
function plainNames({ inviter, brand }: Invitation, invitedTo: string) {
  if (inviter.kind !== 'person' || !inviter.emailVerified) return null;
  const arePlain = [inviter.name, invitedTo].every((name) => isPlainName(name, brand));
  return arePlain ? { inviter: inviter.name, invitedTo } : null;
}

interface Words {
  readonly subject: string;
  readonly what: string;
  readonly label: string;
}

function invite(facts: Invitation, { subject, what, label }: Words): Mail {
  const { to, brand, link, expiresAt } = facts;
  return composeMail({
    to,
    brand,
    subject,
    paragraphs: [`${inviterOf(facts)} ${what}`],
    button: { label, link },
    belowButton: [`Sign in or create an account to accept. The link works until ${timeInWords(expiresAt)}.`],
    why: 'You got this mail because somebody entered your address. If you don’t know them, you can ignore it: nothing happens without you.',
  });
}

function inviterOf({ inviter, brand }: Invitation): string {
  switch (inviter.kind) {
    case 'person': {
      const { name, email, emailVerified } = inviter;
      if (!emailVerified) return `${quotedName(name)} (who says to be ${defused(email)}, which is not verified)`;
      return `${isPlainName(name, brand) ? name : quotedName(name)} (${cleanForPage(email)})`;
    }
    case 'api_key':
      return 'A program with an API key of the owner';
    case 'operator':
      return `An operator of ${brand}`;
    default:
      return assertNever(inviter);
  }
}
