// The mail to an organization's admins after one of its people reported a login as not theirs.

import { cleanForPage } from '../untrusted-text.ts';
import type { Mail } from './mail.ts';

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
  /** The console's address of the organization, without a slash at its end. */
  readonly place: string;
  readonly organizationName: string;
  readonly reported: ReportedLogin;
}

export function reportedLoginMail({ to, brand, place, organizationName, reported }: ReportedLoginMail): Mail {
  const person = cleanForPage(reported.personEmail);
  const address = cleanForPage(reported.terminalAddress);
  const application = reported.application === null ? 'an unnamed application' : cleanForPage(reported.application);
  const asked = reported.askedAt.toISOString().slice(0, 19).replace('T', ' ');
  return {
    to,
    subject: `${person} was sent a login that was not theirs`,
    text: [
      `${person}, of ${cleanForPage(organizationName)}, opened a login link of ${brand} and said: this was not me.`,
      [
        `Asked from: ${address}`,
        `Application: ${application}`,
        `As user: ${cleanForPage(reported.requestedUser)}`,
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
