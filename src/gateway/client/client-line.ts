// The messages that we send to one client before its bytes are relayed, each where the protocol
// allows it. Knows nothing of why a message is sent.

import type { Duplex } from 'node:stream';
import { type PosternError, wordsOf } from '../../errors.ts';
import {
  authenticationOk,
  errorResponse,
  negotiateProtocolVersion,
  noticeResponse,
  parameterStatus,
  type Report,
} from '../../protocol/backend-messages.ts';
import type { NegotiatedVersion } from '../../protocol/startup-packet.ts';
import { asciiOnly, cleanForTerminal, cleanOperatorText } from '../../untrusted-text.ts';
import { surviveErrors } from '../../wire/wait-on-stream.ts';
import { hangUp } from './hang-up.ts';

/** `in_sasl` can end in an error at any point; `authenticated` is after AuthenticationOk. */
type Stage = 'greeting' | 'in_sasl' | 'authenticated' | 'hung_up';

export interface Greeting {
  readonly security: 'tls' | 'clear_text';
  readonly versionReply: NegotiatedVersion['reply'];
  /** Clients of another encoding than UTF-8 read our ASCII only. */
  readonly charset: 'utf8' | 'other';
}

/** A client that does not read gets no more NOTICEs beyond this. */
const MAX_UNREAD_BYTES = 65_536;
const CANNOT_CONNECT_NOW = '57P03';
// libpq reads 42704 as a server that does not know application_name, and would connect again
// without it.
const UNDEFINED_OBJECT = '42704';
const INVALID_PARAMETER_VALUE = '22023';

/** Parameters that are other people's names: cut like every name that a terminal shows. */
const NAMES: ReadonlySet<string> = new Set(['project', 'compute', 'database', 'role', 'parameter', 'address']);

/** After AuthenticationOk a client with channel_binding=require would not show them. */
const BEFORE_ANY_PASSWORD: ReadonlySet<string> = new Set(['endpoint_unknown', 'project_unknown']);

export class ClientLine {
  readonly socket: Duplex;
  readonly security: Greeting['security'];
  readonly #charset: Greeting['charset'];
  #isHeld = false;
  /** Null once it was sent. */
  #versionReply: NegotiatedVersion['reply'];
  #stage: Stage = 'greeting';

  constructor(socket: Duplex, { security, versionReply, charset }: Greeting) {
    this.socket = socket;
    this.security = security;
    this.#charset = charset;
    this.#versionReply = versionReply;
    surviveErrors(socket);
  }

  /**
   * Keeps what is sent from now on, up to `release` or the last message: one packet and one TLS
   * record then carry all of it.
   */
  hold(): void {
    if (!this.#isHeld) this.socket.cork();
    this.#isHeld = true;
  }

  /** May be called without a `hold`. */
  release(): void {
    if (this.#isHeld) this.socket.uncork();
    this.#isHeld = false;
  }

  /** Asks for a clear-text password. libpq repeats it without TLS if an error comes first. */
  askForPassword(request: Buffer): void {
    this.#sendVersion();
    this.socket.write(request);
  }

  /** Sends one step of a SASL exchange, which may end in an error before AuthenticationOk. */
  continueSasl(step: Buffer): void {
    this.#sendVersion();
    this.#stage = 'in_sasl';
    this.socket.write(step);
  }

  /** AuthenticationOk, at most once: libpq reads a second one as a protocol error. */
  sendAuthenticationOk(): void {
    if (this.#stage === 'authenticated' || this.#stage === 'hung_up') return;
    this.#sendVersion();
    this.#stage = 'authenticated';
    this.socket.write(Buffer.concat([authenticationOk(), parameterStatus('client_encoding', 'UTF8')]));
  }

  /** A ParameterStatus of ours; only after `sendAuthenticationOk`. */
  sendParameterStatus(name: string, value: string): void {
    if (this.#stage === 'authenticated') this.socket.write(parameterStatus(name, value));
  }

  /** After `sendAuthenticationOk`: libpq fails on an earlier one. Dropped when nobody reads. */
  sendNotice(report: Report | undefined): void {
    if (report === undefined || this.#stage !== 'authenticated' || this.socket.writableLength > MAX_UNREAD_BYTES)
      return;
    this.socket.write(noticeResponse(inCharset(report, this.#charset)));
  }

  /** Sends bytes that are whole messages, in order; for the hand-over to the relay. */
  send(messages: readonly Buffer[]): void {
    if (this.#stage === 'authenticated') this.socket.write(Buffer.concat(messages));
  }

  /** Refuses with FATAL and hangs up; this class keeps the order of the messages. */
  async refuse(error: PosternError, detail: string | null): Promise<void> {
    await this.closeWith(fatalResponse(error, detail, this.#charset), error);
  }

  /** Hangs up after a last message, with AuthenticationOk before it where that must be. */
  async closeWith(lastMessage: Buffer, error: { readonly code?: string; readonly sqlstate: string }): Promise<void> {
    if (this.#stage === 'hung_up') return;
    if (!this.#mayComeNow(error)) this.sendAuthenticationOk();
    this.#sendVersion();
    this.#stage = 'hung_up';
    await hangUp(this.socket, lastMessage);
  }

  async close(): Promise<void> {
    if (this.#stage === 'hung_up') return;
    this.#stage = 'hung_up';
    await hangUp(this.socket, null);
  }

  // NOTE: an ErrorResponse before AuthenticationOk makes a client with sslmode=prefer come back in
  // clear text and repeat everything. docs/protocol.md, "Order of messages", names the four
  // exceptions.
  #mayComeNow(error: { readonly code?: string; readonly sqlstate: string }): boolean {
    if (this.#stage === 'in_sasl' || error.sqlstate === CANNOT_CONNECT_NOW) return true;
    if (error.code !== undefined && BEFORE_ANY_PASSWORD.has(error.code)) return true;
    return error.code === 'tls_required' && this.security === 'clear_text';
  }

  // Message Formats: NegotiateProtocolVersion; comes before any authentication message.
  #sendVersion(): void {
    if (this.#versionReply === null) return;
    const { newestMinor, unknownOptions } = this.#versionReply;
    this.#versionReply = null;
    this.socket.write(negotiateProtocolVersion(newestMinor, unknownOptions));
  }
}

/** `detail` names the connection or login; others' names are cleaned (docs/security.md, T12). */
export function fatalResponse(error: PosternError, detail: string | null, charset: Greeting['charset']): Buffer {
  const { message, hint } = wordsOf(error, (value, name) =>
    NAMES.has(name) ? cleanForTerminal(value) : cleanOperatorText(value),
  );
  const sqlstate = harmlessSqlstate(error.sqlstate);
  return errorResponse(inCharset({ severity: 'FATAL', sqlstate, message, detail, hint }, charset));
}

export function inCharset(report: Report, charset: Greeting['charset']): Report {
  if (charset === 'utf8') return report;
  const { message, detail, hint } = report;
  return {
    ...report,
    message: asciiOnly(message),
    ...(detail && { detail: asciiOnly(detail) }),
    ...(hint && { hint: asciiOnly(hint) }),
  };
}

/** The code itself, unless libpq would react to it. */
export function harmlessSqlstate(sqlstate: string): string {
  return sqlstate === UNDEFINED_OBJECT ? INVALID_PARAMETER_VALUE : sqlstate;
}
