// Answers an upstream's authentication request: SCRAM, and md5 or cleartext where that is allowed.

import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { serialize } from 'pg-protocol';
import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import {
  answerScramServer,
  finishScramClient,
  type ScramAnswered,
  ScramRefused,
  type ScramStarted,
  startScramClient,
} from '../../protocol/scram-client.ts';
import type { ScramKeys } from '../../protocol/scram-verifier.ts';
import { type ChannelBinding, tlsServerEndPoint } from '../../protocol/tls-server-end-point.ts';
import type { Authentication } from '../../protocol/upstream-messages.ts';
import { ConnectFailure } from './connect-failure.ts';
import { type UpstreamTarget, verifiesCertificate } from './upstream-target.ts';

type Phase =
  | { readonly kind: 'unasked' | 'password_sent' | 'proven' | 'ok' }
  | { readonly kind: 'scram_started'; readonly started: ScramStarted }
  | { readonly kind: 'scram_answered'; readonly answered: ScramAnswered };

export class UpstreamAuthentication {
  readonly #target: UpstreamTarget;
  /** Null where the connection is in clear text. */
  readonly #tlsSocket: TLSSocket | null;
  readonly #scramKeys: ScramKeys;
  #phase: Phase = { kind: 'unasked' };

  constructor(target: UpstreamTarget, tlsSocket: TLSSocket | null, scramKeys: ScramKeys) {
    this.#target = target;
    this.#tlsSocket = tlsSocket;
    this.#scramKeys = scramKeys;
  }

  get isOk(): boolean {
    return this.#phase.kind === 'ok';
  }

  /** Throws PosternError `upstream_authentication`, `upstream_refused`, or ProtocolViolation. */
  async answer(asked: Authentication): Promise<Buffer | null> {
    switch (asked.kind) {
      case 'ok':
        return this.#accept();
      case 'cleartext_password':
        this.#requirePlainMethod('allowCleartext');
        return serialize.password(this.#password());
      case 'md5_password':
        this.#requirePlainMethod('allowMd5');
        return serialize.password(md5Answer(this.#target.user, this.#password(), asked.salt));
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

  // NOTE: what can be replayed or read goes to nobody whose certificate was not verified
  // (docs/security.md, T10).
  #requirePlainMethod(permission: 'allowMd5' | 'allowCleartext'): void {
    if (this.#phase.kind !== 'unasked') throw outOfOrder('password request');
    const isVerified = this.#tlsSocket !== null && verifiesCertificate(this.#target.tls);
    if (!this.#target[permission] || !isVerified)
      throw this.#unsupported(new Error('md5 or cleartext is not allowed here'));
    this.#phase = { kind: 'password_sent' };
  }

  #startScram(mechanisms: readonly string[]): Buffer {
    if (this.#phase.kind !== 'unasked') throw outOfOrder('AuthenticationSASL');
    this.#password();
    const started = this.#doubting(() => startScramClient(mechanisms, channelBindingOf(this.#tlsSocket)));
    this.#phase = { kind: 'scram_started', started };
    return serialize.sendSASLInitialResponseMessage(started.mechanism, started.clientFirst);
  }

  async #continueScram(serverFirst: string): Promise<Buffer> {
    if (this.#phase.kind !== 'scram_started') throw outOfOrder('AuthenticationSASLContinue');
    const { started } = this.#phase;
    const secret = { password: this.#password(), keys: this.#scramKeys };
    const answered = await answerScramServer(started, serverFirst, secret).catch((error: unknown) => {
      throw this.#doubted(error);
    });
    this.#phase = { kind: 'scram_answered', answered };
    return serialize.sendSCRAMClientFinalMessage(answered.clientFinal);
  }

  #finishScram(serverFinal: string): null {
    if (this.#phase.kind !== 'scram_answered') throw outOfOrder('AuthenticationSASLFinal');
    const { answered } = this.#phase;
    this.#doubting(() => finishScramClient(answered, serverFinal));
    this.#phase = { kind: 'proven' };
    return null;
  }

  #doubting<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw this.#doubted(error);
    }
  }

  #doubted(error: unknown): unknown {
    return error instanceof ScramRefused ? this.#unsupported(error) : error;
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

function channelBindingOf(socket: TLSSocket | null): ChannelBinding | null {
  if (socket === null) return null;
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? { kind: 'none' } : tlsServerEndPoint(certificate.raw);
}

function outOfOrder(message: string): ProtocolViolation {
  return new ProtocolViolation('malformed_message', `${message} out of order`);
}

// PostgreSQL documentation, "Message Flow": concat('md5', md5(concat(md5(concat(password,
// username)), salt))).
function md5Answer(user: string, password: string, salt: Buffer): string {
  const inner = createHash('md5').update(password).update(user).digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}
