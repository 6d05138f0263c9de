// The mails to people who were invited to an organization or got a project shared.

import { cleanForPage } from '../untrusted-text.ts';
import type { Mail } from './mailer.ts';

export interface InvitationFacts {
  readonly to: string;
  readonly organizationName: string;
  readonly brand: string;
}

export interface SharingFacts {
  readonly to: string;
  readonly projectName: string;
  readonly brand: string;
}

/** A link that creates an account, for people without one. */
interface OpenLink {
  readonly link: string;
  readonly expiresAt: Date;
}

export function invitationMail(facts: InvitationFacts & OpenLink): Mail {
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

export function guestMail(facts: SharingFacts & OpenLink): Mail {
  const { to, brand, link, expiresAt } = facts;
  const project = cleanForPage(facts.projectName);
  return {
    to,
    subject: `The project ${project} on ${brand} is shared with you`,
    text: [
      `The project ${project} on ${brand} is shared with you as a guest.`,
      `Make an account to use it: ${link}`,
      `The link works until ${expiresAt.toISOString()}. If you do not know ${project}, ignore this mail.`,
      '',
    ].join('\n\n'),
  };
}

export function sharedMail(facts: SharingFacts & { readonly url: string }): Mail {
  const { to, brand, url } = facts;
  const project = cleanForPage(facts.projectName);
  return {
    to,
    subject: `The project ${project} on ${brand} is shared with you`,
    text: [`You find the project ${project} on ${brand} under "Shared with me".`, `Go there: ${url}`, ''].join('\n\n'),
  };
}
