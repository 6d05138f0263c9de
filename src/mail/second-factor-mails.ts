// The mails about an organization that asks for a second factor: to those who have none yet, and to
// its admins.

import { composeMail } from './compose-mail.ts';
import type { Mail } from './mailer.ts';
import { defused, quotedName, subjectNaming } from './quoted-name.ts';

interface AboutDemand {
  readonly to: string;
  readonly brand: string;
  /** The console's address, without a slash at its end. */
  readonly url: string;
  readonly accountId: string;
  readonly organizationName: string;
  /** The admin's e-mail; null: the local command line. */
  readonly by: string | null;
  readonly what: 'add_one' | 'demanded' | 'no_longer';
}

export function secondFactorMail({ to, brand, url, accountId, organizationName, by, what }: AboutDemand): Mail {
  const who = by === null ? 'An operator' : defused(by);
  const organization = quotedName(organizationName);
  const verb = what === 'no_longer' ? 'no longer asks' : 'asks';
  return composeMail({
    to,
    brand,
    subject: subjectNaming(organizationName, (name) => `${name} ${verb} for a second factor`),
    paragraphs: [
      what === 'no_longer'
        ? `${who} turned off the demand for a second factor in the organization ${organization}.`
        : `${who} decided that everybody in the organization ${organization} needs a second factor.`,
      ...(what === 'add_one' ? [SHUT_OUT] : []),
    ],
    button:
      what === 'add_one'
        ? { label: 'Add a second factor', link: `${url}/app/me/security` }
        : { label: 'See the setting', link: `${url}/app/${accountId}/settings/second-factor` },
    why:
      what === 'add_one'
        ? `You got this mail because you’re a member or guest of ${organization} on ${brand}.`
        : `You got this mail because you’re an admin of ${organization} on ${brand}.`,
  });
}

const SHUT_OUT =
  'You have none yet, so you can’t use anything of it until you add one: a passkey, or one-time codes of an authenticator app. Your connections to its databases have ended. Nothing of yours is lost.';
