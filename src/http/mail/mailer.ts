// Sends mail: by the configured server, or into the log where there is none. Knows nothing of what the mail says.

import { createTransport } from 'nodemailer';
import type { Config } from '../../config.ts';
import type { Log } from '../../log.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Never throws: what cannot be sent is logged, and the caller says so. */
  send(mail: Mail): Promise<'sent' | 'logged' | 'failed'>;
}

const CONNECT_LIMIT_MS = 5_000;
const SOCKET_LIMIT_MS = 10_000;

/** Each mail has a connection of its own, so that nothing is left to close. */
export function createMailer({
  config,
  log,
}: {
  readonly config: Pick<Config, 'smtpUrl' | 'mailFrom'>;
  readonly log: Log;
}): Mailer {
  const { smtpUrl, mailFrom: from } = config;
  if (smtpUrl === null) {
    return {
      send: async (mail) => {
        log.info({ mail }, 'mail, not sent since no mail server is configured');
        return 'logged';
      },
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
  return {
    send: async ({ to, subject, text }) => {
      try {
        // As an object, an address is never taken for a list of several.
        await transport.sendMail({ to: { name: '', address: to }, subject, text });
        return 'sent';
      } catch (error) {
        log.error({ err: error, to }, 'mail could not be sent');
        return 'failed';
      }
    },
  };
}
