// The login on an upstream, from the StartupMessage to ReadyForQuery: framing is strict and bounded here and unknown
// messages fail. Which credentials are used was decided before.

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import sasl, { type SaslSession } from 'pg/lib/crypto/sasl.js';
import { assertNever } from '../assert-never.ts';
import { PosternError } from '../errors.ts';
import type { TransactionStatus } from '../protocol/backend-messages.ts';
import type { CancelKey } from '../protocol/cancel-key.ts';
import { encodePasswordMessage, encodeSaslInitialResponse, encodeSaslResponse } from '../protocol/frontend-messages.ts';
import { ProtocolViolation } from '../protocol/protocol-violation.ts';
import { type UpstreamMessage, UpstreamMessageReader } from '../protocol/upstream-message-reader.ts';
import {
  type Authentication,
  parseAuthentication,
  parseBackendKeyData,
  parseParameterStatus,
  parseReadyForQuery,
} from '../protocol/upstream-messages.ts';
import { encodeStartupMessage } from '../protocol/upstream-packets.ts';
import { encodeErrorOrNotice, parseErrorOrNotice } from '../protocol/upstream-reports.ts';
import { ConnectFailure } from './connect-failure.ts';
import { nextBytes } from './take-bytes.ts';
import { TimeLimitExceeded, withTimeLimit } from './time-limit.ts';
import { UpstreamRefusal } from './upstream-refusal.ts';
import { type UpstreamTarget, verifiesCertificate } from './upstream-target.ts';

export interface UpstreamLogin {
  /** ParameterStatus and NoticeResponse in their order, notices cleaned: to be forwarded. */
  readonly greeting: readonly Buffer[];
  readonly parameterStatus: ReadonlyMap<string, string>;
  /** Null where the upstream cannot cancel. */
  readonly cancelKey: CancelKey | null;
  readonly readyStatus: TransactionStatus;
}

const AUTHENTICATION_LIMIT_MS = 10_000;
const MAX_SCRAM_ITERATIONS = 100_000;

/**
 * Bytes behind ReadyForQuery stay readable in the socket. Throws UpstreamRefusal for the upstream's own error, PosternError
 * `upstream_authentication`, `upstream_protocol` or `upstream_unreachable`, or the signal's reason.
 */
export async function logInUpstream(
  socket: Socket,
  target: UpstreamTarget,
  options: { readonly startup: ReadonlyMap<string, string>; readonly signal: AbortSignal },
): Promise<UpstreamLogin> {
  const login = new Login(socket, target);
  const params = { compute: target.name };
  try {
    return await withTimeLimit(AUTHENTICATION_LIMIT_MS, options.signal, (signal) => login.run(options.startup, signal));
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof PosternError || error instanceof UpstreamRefusal) throw error;
    if (error instanceof ProtocolViolation) throw new PosternError('upstream_protocol', { params, cause: error });
    const cause =
      error instanceof TimeLimitExceeded ? new ConnectFailure('timed_out', 'login took too long', error) : error;
    throw new PosternError('upstream_unreachable', { params, cause });
  }
}

class Login {
  readonly #socket: Socket;
  readonly #target: UpstreamTarget;
  readonly #reader = new UpstreamMessageReader();
  readonly #greeting: Buffer[] = [];
  readonly #parameterStatus = new Map<string, string>();
  #cancelKey: CancelKey | null = null;
  #scram: SaslSession | null = null;
  #authentication: 'asked' | 'proven' | 'ok' = 'asked';

  constructor(socket: Socket, target: UpstreamTarget) {
    this.#socket = socket;
    this.#target = target;
  }

  async run(startup: ReadonlyMap<string, string>, signal: AbortSignal): Promise<UpstreamLogin> {
    const { user, database } = this.#target;
    this.#socket.write(encodeStartupMessage([['user', user], ['database', database], ...startup]));
    for (;;) {
      const message = await this.#next(signal);
      if (message.type !== 'Z') {
        await this.#take(message);
        continue;
      }
      if (this.#authentication !== 'ok') throw this.#outOfOrder('ReadyForQuery before AuthenticationOk');
      const surplus = this.#reader.surplus();
      if (surplus.length > 0) this.#socket.unshift(surplus);
      return {
        greeting: this.#greeting,
        parameterStatus: this.#parameterStatus,
        cancelKey: this.#cancelKey,
        readyStatus: parseReadyForQuery(message.body),
      };
    }
  }

  async #next(signal: AbortSignal): Promise<UpstreamMessage> {
    for (;;) {
      const message = this.#reader.take();
      if (message !== null) return message;
      const bytes = await nextBytes(this.#socket, signal);
      if (bytes === null) throw new ConnectFailure('closed', 'closed during the login');
      this.#reader.push(bytes);
    }
  }

  async #take(message: Exclude<UpstreamMessage, { type: 'Z' }>): Promise<void> {
    switch (message.type) {
      case 'R':
        return await this.#authenticate(parseAuthentication(message.body));
      case 'S': {
        const { name, value } = parseParameterStatus(message.body);
        this.#parameterStatus.set(name, value);
        this.#greeting.push(message.bytes);
        return;
      }
      case 'N':
        this.#greeting.push(encodeErrorOrNotice('N', parseErrorOrNotice(message.body)));
        return;
      case 'K':
        this.#cancelKey = parseBackendKeyData(message.body);
        return;
      case 'E':
        throw new UpstreamRefusal(parseErrorOrNotice(message.body));
      case 'Z':
        return;
      default:
        return assertNever(message.type);
    }
  }

  async #authenticate(asked: Authentication): Promise<void> {
    switch (asked.kind) {
      case 'ok':
        // A server that skips its half of SCRAM has not shown that it knows the password.
        if (this.#scram !== null && this.#authentication !== 'proven') throw this.#unsupported('SCRAM was cut short');
        this.#authentication = 'ok';
        return;
      case 'cleartext_password':
        this.#requireAllowed(this.#target.allowCleartext);
        this.#socket.write(encodePasswordMessage(this.#password()));
        return;
      case 'md5_password':
        this.#requireAllowed(this.#target.allowMd5);
        this.#socket.write(encodePasswordMessage(md5Answer(this.#target.user, this.#password(), asked.salt)));
        return;
      case 'sasl':
        return this.#startScram(asked.mechanisms);
      case 'sasl_continue':
        return await this.#continueScram(asked.data);
      case 'sasl_final':
        return this.#finishScram(asked.data);
      case 'unsupported':
        throw this.#unsupported(`authentication code ${asked.code}`);
      default:
        return assertNever(asked);
    }
  }

  #startScram(mechanisms: readonly string[]): void {
    if (this.#scram !== null) throw this.#outOfOrder('second AuthenticationSASL');
    const password = this.#password();
    if (password === '') throw this.#unsupported('SCRAM without a password');
    this.#scram = this.#trusting(() => sasl.startSession(mechanisms, this.#tlsSocket(), MAX_SCRAM_ITERATIONS));
    this.#socket.write(encodeSaslInitialResponse(this.#scram.mechanism, this.#scram.response));
  }

  async #continueScram(data: string): Promise<void> {
    const scram = this.#scram;
    if (scram === null) throw this.#outOfOrder('AuthenticationSASLContinue without SASL');
    try {
      await sasl.continueSession(scram, this.#password(), data, this.#tlsSocket());
    } catch (error) {
      throw this.#unsupported('SCRAM failed', error);
    }
    this.#socket.write(encodeSaslResponse(scram.response));
  }

  #finishScram(data: string): void {
    const scram = this.#scram;
    if (scram === null) throw this.#outOfOrder('AuthenticationSASLFinal without SASL');
    this.#trusting(() => sasl.finalizeSession(scram, data));
    this.#authentication = 'proven';
  }

  /** pg's SCRAM says with plain Errors what it does not trust. */
  #trusting<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw this.#unsupported('SCRAM failed', error);
    }
  }

  #tlsSocket(): TLSSocket | null {
    return this.#socket instanceof TLSSocket ? this.#socket : null;
  }

  #password(): string {
    return this.#target.password?.reveal() ?? '';
  }

  // T10: what can be replayed or read goes to nobody whose certificate was not verified.
  #requireAllowed(isAllowed: boolean): void {
    const isVerified = this.#tlsSocket() !== null && verifiesCertificate(this.#target.tls);
    if (!isAllowed || !isVerified) throw this.#unsupported('md5 or cleartext is not allowed here');
  }

  #unsupported(logMessage: string, cause?: unknown): PosternError {
    return new PosternError('upstream_authentication', {
      params: { compute: this.#target.name },
      cause: new Error(logMessage, cause === undefined ? undefined : { cause }),
    });
  }

  #outOfOrder(logMessage: string): ProtocolViolation {
    return new ProtocolViolation('malformed_message', logMessage);
  }
}

// PostgreSQL documentation, "Message Flow": concat('md5', md5(concat(md5(concat(password, username)), salt))).
function md5Answer(user: string, password: string, salt: Buffer): string {
  const inner = createHash('md5').update(password).update(user).digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}
