// The mails about a login (docs/security.md, T1): let in, given a code, or reported by its person.

import { cleanForPage } from '../untrusted-text.ts';
import { composeMail } from './compose-mail.ts';
import type { Mail } from './mailer.ts';
import { quotedName, subjectNaming } from './quoted-name.ts';
import { timeInWords } from './time-in-words.ts';

export interface NewTerminal {
  readonly to: string;
  readonly brand: string;
  /** The console's address, without a slash at its end. */
  readonly url: string;
  readonly terminalAddress: string;
  readonly application: string | null;
  readonly browserAddress: string;
  readonly at: Date;
  /** `code`: it gets in when the digits of the page are typed into it. */
  readonly how: 'let_in' | 'code';
}

export function newTerminalMail(facts: NewTerminal): Mail {
  const { to, brand, url, how, at } = facts;
  const terminal = cleanForPage(facts.terminalAddress);
  const what = how === 'let_in' ? 'was let in as you' : 'asked to be let in as you, and a code for it was shown';
  return composeMail({
    to,
    brand,
    subject: `New terminal on your account: ${terminal}`,
    paragraphs: [
      `A terminal at ${terminal} (${applicationOf(facts)}) ${what}. You haven’t used that address lately.`,
      `It was decided in a browser at ${cleanForPage(facts.browserAddress)} on ${timeInWords(at)}.`,
      'If that was you, there’s nothing to do. If not, end its connections and sign out everywhere.',
    ],
    button: { label: 'Check your sessions', link: `${url}/app/me/sessions` },
    why: `You got this mail because the login is to your ${brand} account.`,
  });
}

export interface ReportedLogin {
  readonly personEmail: string;
  readonly terminalAddress: string;
  readonly application: string | null;
  readonly requestedUser: string;
  readonly askedAt: Date;
}

interface ReportedLoginMail {
  readonly to: string;
  readonly brand: string;
  readonly place: string;
  readonly organizationName: string;
  readonly reported: ReportedLogin;
}

export function reportedLoginMail({ to, brand, place, organizationName, reported }: ReportedLoginMail): Mail {
  const person = cleanForPage(reported.personEmail);
  const address = cleanForPage(reported.terminalAddress);
  return composeMail({
    to,
    brand,
    subject: subjectNaming(organizationName, (organization) => `Somebody in ${organization} reported a login link`),
    paragraphs: [
      `${person}, of ${quotedName(organizationName)}, opened a login link of ${brand} and said: this was not me.`,
      [
        `Asked from: ${address}`,
        `Application: ${applicationOf(reported)}`,
        `As user: ${quotedName(reported.requestedUser)}`,
        `Asked at: ${timeInWords(reported.askedAt)}`,
      ].join('\n'),
      `Nobody got in. Links from ${address} won’t work for ${person} for 15 minutes.`,
      'Somebody may be sending people links to approve. Ask whether others got one: only the person who ran the command should approve it.',
    ],
    button: { label: 'See what happened', link: `${place}/connections/audit?event=login.reported` },
    belowButton: [`You can limit logins to networks that you list:\n${place}/settings`],
    why: `You got this mail because you’re an admin of ${quotedName(organizationName)}.`,
  });
}

export function reportUndoneMail({ to, brand, place, organizationName, reported }: ReportedLoginMail): Mail {
  const person = cleanForPage(reported.personEmail);
  const address = cleanForPage(reported.terminalAddress);
  return composeMail({
    to,
    brand,
    subject: subjectNaming(organizationName, (organization) => `A report in ${organization} was taken back`),
    paragraphs: [
      `${person}, of ${quotedName(organizationName)}, reported a login link of ${brand} and has taken that back: it was their own.`,
      `Nobody got in. Links from ${address} work for ${person} again.`,
    ],
    button: { label: 'See what happened', link: `${place}/connections/audit?event=login.report_undone` },
    why: `You got this mail because you’re an admin of ${quotedName(organizationName)}.`,
  });
}

function applicationOf({ application }: { readonly application: string | null }): string {
  return application === null ? 'an unnamed application' : quotedName(application);
}
