// What people are told by mail when somebody invites them: the link to sign up with, or that they belong to it already.

import { cleanForPage } from '../../untrusted-text.ts';
import type { Mail } from './mailer.ts';

export interface InvitationFacts {
  readonly to: string;
  readonly organizationName: string;
  readonly brand: string;
}

export function invitationMail(facts: InvitationFacts & { readonly link: string; readonly expiresAt: Date }): Mail {
  const { to, brand, link, expiresAt } = facts;
  const organization = cleanForPage(facts.organizationName);
  return {
    to,
    subject: `Invitation to ${organization} on ${brand}`,
    text: [
      `You are invited to the organization ${organization} on ${brand}.`,
      `Join here: ${link}`,
      `The link works until ${expiresAt.toISOString()}. If you do not know ${organization}, ignore this mail.`,
      '',
    ].join('\n\n'),
  };
}

export function joinedMail(facts: InvitationFacts & { readonly url: string }): Mail {
  const { to, brand, url } = facts;
  const organization = cleanForPage(facts.organizationName);
  return {
    to,
    subject: `You are now a member of ${organization} on ${brand}`,
    text: [`You were made a member of the organization ${organization} on ${brand}.`, `Go there: ${url}`, ''].join(
      '\n\n',
    ),
  };
}
