// The mail to a person whose account let in a terminal at a new address, or was given a
// code, in their name (docs/security.md, T1).

import { cleanForPage } from '../untrusted-text.ts';
import type { Mail } from './mail.ts';

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
  const application = facts.application === null ? 'an unnamed application' : cleanForPage(facts.application);
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
