// The mails about a login (docs/security.md, T1): let in, given a code, or reported by its person.

import { cleanForPage } from '../untrusted-text.ts';
import type { Mail } from './mailer.ts';
import { quotedName } from './quoted-name.ts';

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
  const application = facts.application === null ? 'an unnamed application' : quotedName(facts.application);
  const what = how === 'let_in' ? 'was let in as you' : 'asked to be let in as you, and a code for it was shown';
  return {
    to,
    subject: `A new terminal on ${brand}: ${terminal}`,
    text: [
      `A terminal at ${terminal} (${application}), an address that you have not used lately, ${what}.`,
      `Decided in a browser at ${cleanForPage(facts.browserAddress)}, ${at.toISOString().slice(0, 19).replace('T', ' ')} UTC.`,
      'If it was you, there is nothing to do. If not, end its connections and sign out everywhere, here:',
      `${url}/app/me/sessions`,
      '',
    ].join('\n\n'),
  };
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
  const application = reported.application === null ? 'an unnamed application' : quotedName(reported.application);
  const asked = reported.askedAt.toISOString().slice(0, 19).replace('T', ' ');
  return {
    to,
    subject: `${person} was sent a login that was not theirs`,
    text: [
      `${person}, of ${quotedName(organizationName)}, opened a login link of ${brand} and said: this was not me.`,
      [
        `Asked from: ${address}`,
        `Application: ${application}`,
        `As user: ${quotedName(reported.requestedUser)}`,
        `Asked at: ${asked} UTC`,
      ].join('\n'),
      `The login was denied and nothing was opened. Links from ${address} are blocked for ${person} for 15 minutes.`,
      'Somebody may be sending people links to approve. Ask whether others got one; nobody but the person who ran the command should approve it. Logins can be limited to networks that you list:',
      `${place}/settings`,
      'What happened is in the audit trail:',
      `${place}/connections/audit?event=login.reported`,
      '',
    ].join('\n\n'),
  };
}
