// The mails about requests for access. They tell; decisions are made on the page that they lead to.

import type { AccessRequest } from '../catalogue/asking/access-request.ts';
import type { Renamed } from '../catalogue/asking/recent-renames.ts';
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

export function accessAskedMail(request: AccessRequest, { to, brand, link }: Addressed): Mail {
  const person = quotedName(request.personName);
  const wait = request.loginRequestId === null ? '' : ' Their terminal waits for you.';
  return composeMail({
    to,
    brand,
    subject: subjectNaming(request.personName, (name) => `${name} asks for access`),
    paragraphs: [
      `${person} (${cleanForPage(request.email)}) asks for access to ${placeOf(request)}.${wait}`,
      [...namesOf(request), ...factsOf(request)].join('\n'),
      `You can decide until ${timeInWords(request.expiresAt)}. Check that it is really them before you agree.`,
    ],
    button: { label: 'See it and decide', link },
    why: `You got this mail because you’re in the team that decides on it, ${quotedName(request.teamName ?? '')}.`,
  });
}

export function accessDecidedMail(request: AccessRequest, { to, brand, link }: Addressed): Mail {
  const by = request.deciderName === null ? 'Somebody' : quotedName(request.deciderName);
  const isApproved = request.status === 'approved';
  const until = request.until === null ? '' : ` until ${timeInWords(request.until)}`;
  const said = request.answer === null || request.answer === '' ? '' : `They wrote: ${quotedText(request.answer)}`;
  return composeMail({
    to,
    brand,
    subject: isApproved ? 'Your access was approved' : 'Your request for access was denied',
    paragraphs: [
      isApproved
        ? `${by} approved your access to ${placeOf(request)}${until}.`
        : `${by} denied your request for access to ${placeOf(request)}.`,
      ...(said === '' ? [] : [said]),
      ...(isApproved
        ? ['Run your command again if it does not wait any more: its link lets you in with one click.']
        : []),
    ],
    button: { label: 'See your request', link },
    why: 'You got this mail because you asked for access.',
  });
}

export function approvedAheadMail(request: AccessRequest, { to, brand, link }: Addressed): Mail {
  const until = request.until === null ? '' : ` until ${timeInWords(request.until)}`;
  return composeMail({
    to,
    brand,
    subject: 'You’re on call: your access is approved',
    paragraphs: [
      `Where the access rules of ${placeOf(request)} would ask others first, they ask nobody for you${until}. Connections end then.`,
      `The schedule wrote: ${quotedText(request.reason)}`,
    ],
    button: { label: 'See it', link },
    why: 'You got this mail because a schedule of your organization says that you’re on call.',
  });
}

function placeOf({ projectName, computeName }: AccessRequest): string {
  return computeName === null
    ? quotedName(projectName)
    : `${quotedName(projectName)}, compute ${quotedName(computeName)}`;
}

/** What the person who asks cannot have chosen: ids, and names that were given up lately. */
function namesOf({ projectId, projectRenamed, projectLabel, computeId, computeRenamed }: AccessRequest): string[] {
  return [
    `Project: ${projectId}${projectLabel === 'none' ? '' : ` (${projectLabel})`}${renamedInWords(projectRenamed)}`,
    ...(computeId === null ? [] : [`Compute: ${computeId}${renamedInWords(computeRenamed)}`]),
  ];
}

function renamedInWords(renamed: Renamed | null): string {
  if (renamed === null) return '';
  const names = renamed.from.map(quotedName).join(', ');
  return `, renamed from ${names} by ${cleanForPage(renamed.by)} at ${timeInWords(renamed.at)}`;
}

function factsOf({ reason, durationMs, access, databaseRole, database }: AccessRequest): string[] {
  const as = databaseRole === null ? '' : ` as ${quotedName(databaseRole)}`;
  return [
    `Access: ${access === 'read_only' ? 'read-only' : 'read-write'}${as}`,
    `Database: ${database === null ? 'any of the compute' : quotedName(database)}`,
    `For: ${formatDuration(durationMs)}`,
    `Reason: ${reason === '' ? 'none given' : quotedText(reason)}`,
  ];
}
