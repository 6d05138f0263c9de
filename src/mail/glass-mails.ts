// The mails about a broken glass: to every admin at once, and to the person once it is reviewed.

import type { AccessRequest } from '../catalogue/asking/access-request.ts';
import { formatDuration } from '../duration.ts';
import { cleanForPage } from '../untrusted-text.ts';
import { composeMail } from './compose-mail.ts';
import type { Mail } from './mailer.ts';
import { quotedName, quotedText, subjectNaming } from './quoted-name.ts';
import { timeInWords } from './time-in-words.ts';

interface Addressed {
  readonly to: string;
  readonly brand: string;
  /** The page of the request. */
  readonly link: string;
}

export function glassBrokenMail(request: AccessRequest, { to, brand, link }: Addressed): Mail {
  const { personName, email, projectName, computeName, accountName, reason, durationMs, until } = request;
  const compute = computeName === null ? '' : `, compute ${quotedName(computeName)}`;
  return composeMail({
    to,
    brand,
    subject: subjectNaming(personName, (name) => `${name} broke the glass`),
    paragraphs: [
      `${quotedName(personName)} (${cleanForPage(email)}) broke the glass: no access rule lets them reach ${quotedName(projectName)}${compute}, and they can, for ${formatDuration(durationMs)}${until === null ? '' : `, until ${timeInWords(until)}`}.`,
      `They wrote: ${quotedText(reason)}`,
      'End it there if it’s not really them. Once it’s over, an admin other than they has to write a review; until then every admin sees it on each page, and they can’t break the glass again.',
    ],
    button: { label: 'See it', link },
    why: `You got this mail because you’re an admin of ${quotedName(accountName)}.`,
  });
}

export function glassReviewedMail(request: AccessRequest, { to, brand, link }: Addressed): Mail {
  const { projectName, reviewerName, review } = request;
  return composeMail({
    to,
    brand,
    subject: 'The glass that you broke was reviewed',
    paragraphs: [
      `${reviewerName === null ? 'An admin' : quotedName(reviewerName)} reviewed your access to ${quotedName(projectName)}.`,
      `They wrote: ${quotedText(review ?? '')}`,
    ],
    button: { label: 'See it', link },
    why: 'You got this mail because you broke the glass.',
  });
}
