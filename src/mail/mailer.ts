// Sends mail: by the configured server, or into the log where there is none. Knows nothing of what
// the mail says.

import { createTransport } from 'nodemailer';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Mail, Mailer } from './mail.ts';
import { OutgoingMail } from './outgoing-mail.ts';

const CONNECT_LIMIT_MS = 5_000;
const SOCKET_LIMIT_MS = 10_000;

interface MailerOptions {
  readonly config: Pick<Config, 'smtpUrl' | 'mailFrom'>;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'mails'>;
}

/** Each mail has a connection of its own, so that nothing is left to close. */
export function createMailer({ config, log, metrics }: MailerOptions): Mailer {
  const { smtpUrl, mailFrom: from } = config;
  if (smtpUrl === null) {
    return {
      send: (mail) =>
        log.info({ event: 'mail.not_configured', mail }, 'mail, not sent since no mail server is configured'),
      close: async () => {},
    };
  }
  const transport = createTransport(
    {
      url: smtpUrl.reveal(),
      connectionTimeout: CONNECT_LIMIT_MS,
      greetingTimeout: CONNECT_LIMIT_MS,
      socketTimeout: SOCKET_LIMIT_MS,
    },
    { from },
  );
  // As an object, an address is never taken for a list of several.
  const deliver = async ({ to, subject, text }: Mail) =>
    void (await transport.sendMail({ to: { name: '', address: to }, subject, text }));
  return new OutgoingMail({ deliver, log, metrics });
}
