// Sends mail by the configured server. Where there is none, the log says what was not sent.

import { once } from 'node:events';
import { createTransport, type SMTPTransportOptions } from 'nodemailer';
import { ConcurrencyLimiter } from '../async/concurrency-limiter.ts';
import { listedPauses, retry } from '../async/retry.ts';
import type { Config } from '../config/config.ts';
import { OutgoingAgent } from '../config/outgoing-agent.ts';
import { openTunnel } from '../config/proxy-tunnel.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';

// RFC 8314, section 7.3; RFC 6409, section 3.1
const SUBMISSIONS_PORT = 465;
const SUBMISSION_PORT = 587;
const CONNECT_LIMIT_MS = 5_000;
const SOCKET_LIMIT_MS = 10_000;

interface MailerOptions {
  readonly config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'outgoing' | 'brand'>;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'mails'>;
}

/** Each mail has a connection of its own, so that nothing is left to close. */
export function createMailer({ config, log, metrics }: MailerOptions): Mailer {
  const { smtpUrl } = config;
  if (smtpUrl === null) {
    return {
      // Without its text, which may hold a link that is for its reader alone.
      send: ({ to, subject }) =>
        log.info({ event: 'mail.not_configured', to, subject }, 'mail, not sent since no mail server is configured'),
      close: async () => {},
    };
  }
  const agent = new OutgoingAgent(config.outgoing);
  const { authorities: ca } = agent;
  const url = new URL(smtpUrl.reveal());
  const port = url.port === '' ? (url.protocol === 'smtps:' ? SUBMISSIONS_PORT : SUBMISSION_PORT) : Number(url.port);
  const proxy = agent.proxyFor(url);
  const transport = createTransport(
    {
      ...(ca !== undefined && { tls: { ca } }),
      ...(proxy !== null && { getSocket: throughProxy({ proxy: new URL(proxy), host: url.hostname, port, ca }) }),
      url: url.href,
      port,
      connectionTimeout: CONNECT_LIMIT_MS,
      greetingTimeout: CONNECT_LIMIT_MS,
      socketTimeout: SOCKET_LIMIT_MS,
    },
    { from: senderOf(config) },
  );
  // As an object, an address is never taken for a list of several.
  const deliver = async ({ to, subject, text, html }: Mail) =>
    void (await transport.sendMail({ to: { name: '', address: to }, subject, text, html }));
  return new OutgoingMail({ deliver, log, metrics });
}

/** A bare address gets a name, so that readers know who writes. */
function senderOf({ mailFrom, brand }: Pick<Config, 'mailFrom' | 'brand'>) {
  return /^[^\s<>"]+@[^\s<>",]+$/.test(mailFrom) ? { name: brand, address: mailFrom } : mailFrom;
}

type GetSocket = NonNullable<SMTPTransportOptions['getSocket']>;

/** A mail server is reached through the proxy for https. The library's own has no authorities. */
function throughProxy(way: Omit<Parameters<typeof openTunnel>[0], 'limitMs'>): GetSocket {
  return (_options, callback) => {
    openTunnel({ ...way, limitMs: CONNECT_LIMIT_MS }).then(
      (connection) => callback(null, { connection }),
      (error: Error) => callback(error, undefined),
    );
  };
}

const MAILS_AT_ONCE = 5;
/** An organization of a thousand invited at once. */
const MOST_WAITING = 1_000;
/** Before each further try; a server that is away for longer has a mail less. */
const RETRY_PAUSES_MS = [1_000, 10_000, 60_000];
const CLOSE_LIMIT_MS = 5_000;

interface OutgoingMailOptions {
  /** Rejects when the server did not take it. */
  readonly deliver: (mail: Mail) => Promise<void>;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'mails'>;
  readonly retryPausesMs?: readonly number[];
}

export class OutgoingMail implements Mailer {
  readonly #deliver: (mail: Mail) => Promise<void>;
  readonly #log: Log;
  readonly #metrics: Pick<Metrics, 'mails'>;
  readonly #retryPausesMs: readonly number[];
  readonly #places = new ConcurrencyLimiter({ atOnce: MAILS_AT_ONCE, mostWaiting: MOST_WAITING });
  readonly #sending = new Map<Mail, Promise<void>>();
  readonly #giveUp = new AbortController();

  constructor({ deliver, log, metrics, retryPausesMs = RETRY_PAUSES_MS }: OutgoingMailOptions) {
    this.#deliver = deliver;
    this.#log = log;
    this.#metrics = metrics;
    this.#retryPausesMs = retryPausesMs;
  }

  send(mail: Mail): void {
    if (this.#giveUp.signal.aborted) {
      this.#lose(mail, null);
      return;
    }
    const sending = this.#places
      .run(() => this.#sendOne(mail))
      // Too many wait already.
      .catch((error: unknown) => this.#lose(mail, error))
      .finally(() => this.#sending.delete(mail));
    this.#sending.set(mail, sending);
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => this.#giveUp.abort(), CLOSE_LIMIT_MS);
    const givenUp = once(this.#giveUp.signal, 'abort');
    while (this.#sending.size > 0 && !this.#giveUp.signal.aborted) {
      await Promise.race([...this.#sending.values(), givenUp]);
    }
    clearTimeout(timer);
    this.#giveUp.abort();
    for (const mail of this.#sending.keys()) this.#lose(mail, null);
  }

  async #sendOne(mail: Mail): Promise<void> {
    const { signal } = this.#giveUp;
    // What was still waiting when the server closed is reported by `close`.
    if (signal.aborted) return;
    try {
      await retry(() => this.#deliver(mail), {
        pauses: listedPauses(this.#retryPausesMs),
        signal,
        mayHelp: (error) => !isPermanent(error),
        onFailure: (error) =>
          this.#log.warn({ event: 'mail.retrying', err: error, to: mail.to }, 'mail could not be sent, trying again'),
      });
      this.#metrics.mails.inc({ outcome: 'sent' });
    } catch (error) {
      if (!signal.aborted) this.#lose(mail, error);
    }
  }

  /** The text is left out: it may hold a link that is for its reader alone. */
  #lose({ to, subject }: Mail, error: unknown): void {
    this.#metrics.mails.inc({ outcome: 'failed' });
    this.#log.error({ event: 'mail.failed', err: error, to, subject }, 'mail could not be sent');
  }
}

// RFC 5321, section 4.2.1: 5yz is a permanent negative answer.
function isPermanent(error: unknown): boolean {
  const code = error instanceof Error && 'responseCode' in error ? error.responseCode : null;
  return typeof code === 'number' && code >= 500;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same, for mail readers that show HTML. */
  readonly html: string;
}

export interface Mailer {
  /** Takes the mail and sends it in the background. What cannot be sent is logged and counted. */
  send(mail: Mail): void;
  close(): Promise<void>;
}
