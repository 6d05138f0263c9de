// Answers what an upstream asks for as proof of who we are: SCRAM, and md5 or cleartext where that is allowed.
// Reads and writes no socket; a server that asks out of order is not answered.

import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import sasl, { type SaslSession } from 'pg/lib/crypto/sasl.js';
import { assertNever } from '../assert-never.ts';
import { PosternError } from '../errors.ts';
import { encodePasswordMessage, encodeSaslInitialResponse, encodeSaslResponse } from '../protocol/frontend-messages.ts';
import { ProtocolViolation } from '../protocol/protocol-violation.ts';
import type { Authentication } from '../protocol/upstream-messages.ts';
import { ConnectFailure } from './connect-failure.ts';
import { type UpstreamTarget, verifiesCertificate } from './upstream-target.ts';

const MAX_SCRAM_ITERATIONS = 100_000;

type Phase =
  | { readonly kind: 'unasked' | 'password_sent' | 'proven' | 'ok' }
  | { readonly kind: 'scram_started' | 'scram_answered'; readonly scram: SaslSession };

export class UpstreamAuthentication {
  readonly #target: UpstreamTarget;
  /** Null where the connection is in clear text. */
  readonly #tlsSocket: TLSSocket | null;
  #phase: Phase = { kind: 'unasked' };

  constructor(target: UpstreamTarget, tlsSocket: TLSSocket | null) {
    this.#target = target;
    this.#tlsSocket = tlsSocket;
  }

  get isOk(): boolean {
    return this.#phase.kind === 'ok';
  }

  /**
   * What to send next, or null. Throws PosternError `upstream_authentication` for a method that is not allowed or a proof
   * that is wrong, `upstream_refused` where there is no password to answer with, ProtocolViolation for a wrong order.
   */
  async answer(asked: Authentication): Promise<Buffer | null> {
    switch (asked.kind) {
      case 'ok':
        return this.#accept();
      case 'cleartext_password':
        this.#requirePlainMethod(this.#target.allowCleartext);
        return encodePasswordMessage(this.#password());
      case 'md5_password':
        this.#requirePlainMethod(this.#target.allowMd5);
        return encodePasswordMessage(md5Answer(this.#target.user, this.#password(), asked.salt));
      case 'sasl':
        return this.#startScram(asked.mechanisms);
      case 'sasl_continue':
        return await this.#continueScram(asked.data);
      case 'sasl_final':
        return this.#finishScram(asked.data);
      case 'unsupported':
        throw this.#unsupported(new Error(`authentication code ${asked.code}`));
      default:
        return assertNever(asked);
    }
  }

  #accept(): null {
    const { kind } = this.#phase;
    // NOTE: a server that skips the last step of SCRAM has not shown that it knows the password.
    if (kind !== 'unasked' && kind !== 'password_sent' && kind !== 'proven') throw outOfOrder('AuthenticationOk');
    this.#phase = { kind: 'ok' };
    return null;
  }

  // NOTE: what can be replayed or read goes to nobody whose certificate was not verified (security.md, T10).
  #requirePlainMethod(isAllowed: boolean): void {
    if (this.#phase.kind !== 'unasked') throw outOfOrder('password request');
    const isVerified = this.#tlsSocket !== null && verifiesCertificate(this.#target.tls);
    if (!isAllowed || !isVerified) throw this.#unsupported(new Error('md5 or cleartext is not allowed here'));
    this.#phase = { kind: 'password_sent' };
  }

  #startScram(mechanisms: readonly string[]): Buffer {
    if (this.#phase.kind !== 'unasked') throw outOfOrder('AuthenticationSASL');
    this.#password();
    const scram = this.#doubting(() => sasl.startSession(mechanisms, this.#tlsSocket, MAX_SCRAM_ITERATIONS));
    this.#phase = { kind: 'scram_started', scram };
    return encodeSaslInitialResponse(scram.mechanism, scram.response);
  }

  async #continueScram(data: string): Promise<Buffer> {
    if (this.#phase.kind !== 'scram_started') throw outOfOrder('AuthenticationSASLContinue');
    const { scram } = this.#phase;
    try {
      await sasl.continueSession(scram, this.#password(), data, this.#tlsSocket);
    } catch (error) {
      throw this.#unsupported(error);
    }
    this.#phase = { kind: 'scram_answered', scram };
    return encodeSaslResponse(scram.response);
  }

  #finishScram(data: string): null {
    if (this.#phase.kind !== 'scram_answered') throw outOfOrder('AuthenticationSASLFinal');
    const { scram } = this.#phase;
    this.#doubting(() => sasl.finalizeSession(scram, data));
    this.#phase = { kind: 'proven' };
    return null;
  }

  /** pg says with plain Errors what it does not trust: unknown mechanisms, too many iterations, a wrong signature. */
  #doubting<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw this.#unsupported(error);
    }
  }

  #password(): string {
    const password = this.#target.password?.reveal() ?? '';
    if (password !== '') return password;
    const cause = new ConnectFailure('no_password', 'the upstream asks for a password and there is none');
    throw new PosternError('upstream_refused', { cause });
  }

  #unsupported(cause: unknown): PosternError {
    return new PosternError('upstream_authentication', { params: { compute: this.#target.name }, cause });
  }
}

function outOfOrder(message: string): ProtocolViolation {
  return new ProtocolViolation('malformed_message', `${message} out of order`);
}

// PostgreSQL documentation, "Message Flow": concat('md5', md5(concat(md5(concat(password, username)), salt))).
function md5Answer(user: string, password: string, salt: Buffer): string {
  const inner = createHash('md5').update(password).update(user).digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}
