// The mails about a request for an organization: to the operators, and the answer to who asked.

import { cleanForPage, cleanSentence } from '../untrusted-text.ts';
import { composeMail } from './compose-mail.ts';
import type { Mail } from './mailer.ts';
import { defused, quotedName, subjectNaming } from './quoted-name.ts';

interface AboutRequest {
  readonly to: string;
  readonly brand: string;
  /** The console's address, without a slash at its end. */
  readonly url: string;
  readonly organizationName: string;
}

interface Asked extends AboutRequest {
  readonly requester: { readonly name: string; readonly email: string; readonly emailVerified: boolean };
  readonly adminEmail: string;
}

export function organizationRequestedMail(facts: Asked): Mail {
  const { to, brand, url, organizationName, requester, adminEmail } = facts;
  const email = requester.emailVerified ? cleanForPage(requester.email) : `${defused(requester.email)}, not verified`;
  return composeMail({
    to,
    brand,
    subject: subjectNaming(organizationName, (organization) => `Request for the organization ${organization}`),
    paragraphs: [
      `${quotedName(requester.name)} (${email}) asks for the organization ${quotedName(organizationName)}, with ${defused(adminEmail)} as its admin.`,
      'Approving it turns their personal account into the organization.',
    ],
    button: { label: 'Review the request', link: `${url}/ops/requests` },
    why: `You got this mail because you’re an operator of ${brand}.`,
  });
}

type Decision =
  | { readonly kind: 'approved'; readonly organizationId: string }
  | { readonly kind: 'declined'; readonly reason: string | null };

export function organizationDecidedMail(facts: AboutRequest & { readonly decision: Decision }): Mail {
  const { to, brand, url, organizationName, decision } = facts;
  const why = `You got this mail because you asked for an organization on ${brand}.`;
  if (decision.kind === 'approved') {
    return composeMail({
      to,
      brand,
      subject: subjectNaming(organizationName, (organization) => `Your organization ${organization} is ready`),
      paragraphs: ['Your request was approved. Your projects and your plan have moved to the organization.'],
      button: { label: 'Open your organization', link: `${url}/app/${decision.organizationId}/projects` },
      why,
    });
  }
  const reason = decision.reason === null ? [] : [`They said: ${cleanSentence(decision.reason)}`];
  return composeMail({
    to,
    brand,
    subject: subjectNaming(organizationName, (organization) => `Your request for ${organization} was declined`),
    paragraphs: [`An operator of ${brand} declined your request for ${quotedName(organizationName)}.`, ...reason],
    button: { label: 'See your requests', link: `${url}/app/organizations/new` },
    why,
  });
}
