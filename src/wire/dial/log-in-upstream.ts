// The login on an upstream, from the StartupMessage to ReadyForQuery: strictly framed and bounded.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { assertNever } from '../../assert-never.ts';
import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import { PosternError } from '../../errors.ts';
import { parameterStatus, type TransactionStatus } from '../../protocol/backend-messages.ts';
import type { CancelKey } from '../../protocol/cancel-key.ts';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import type { ScramKeys } from '../../protocol/scram-verifier.ts';
import { encodeStartupMessage } from '../../protocol/startup-packet.ts';
import { type UpstreamMessage, UpstreamMessageReader } from '../../protocol/upstream-message-reader.ts';
import {
  encodeErrorOrNotice,
  parseAuthentication,
  parseBackendKeyData,
  parseErrorOrNotice,
  parseParameterStatus,
  parseReadyForQuery,
} from '../../protocol/upstream-messages.ts';
import { cleanUpstreamText } from '../../untrusted-text.ts';
import { type Taken, takeBytes } from '../take-bytes.ts';
import { UpstreamAuthentication } from './authenticate-upstream.ts';
import { ConnectFailure, UpstreamRefusal } from './connect-failure.ts';
import type { UpstreamTarget } from './upstream-target.ts';

export interface UpstreamLogin {
  /** ParameterStatus and NoticeResponse, cleaned, in their order. The sender empties the list. */
  readonly greeting: Buffer[];
  /** Null where the upstream cannot cancel. */
  readonly cancelKey: CancelKey | null;
  readonly readyStatus: TransactionStatus;
}

const LOGIN_LIMIT_MS = 10_000;

/** At most 10 s. Throws UpstreamRefusal, PosternError `upstream_*`, or the signal's reason. */
export async function logInUpstream(
  socket: Socket,
  target: UpstreamTarget,
  options: {
    readonly startup: ReadonlyMap<string, string>;
    readonly scramKeys: ScramKeys;
    readonly signal: AbortSignal;
  },
): Promise<UpstreamLogin> {
  const { startup, scramKeys, signal } = options;
  try {
    return await withTimeLimit(LOGIN_LIMIT_MS, signal, async (limited) => {
      const parameters = new Map([['user', target.user], ['database', target.database], ...withoutIdentity(startup)]);
      socket.write(encodeStartupMessage(parameters));
      return await new Login(socket, target, { scramKeys, signal: limited }).run();
    });
  } catch (error) {
    signal.throwIfAborted();
    throw loginError(error, target.name);
  }
}

class Login {
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  readonly #authentication: UpstreamAuthentication;
  readonly #reader = new UpstreamMessageReader();
  readonly #greeting: Buffer[] = [];
  #cancelKey: CancelKey | null = null;
  /** Of the message under way, how many bytes the reader has seen. */
  #pushedBytes = 0;

  constructor(
    socket: Socket,
    target: UpstreamTarget,
    { scramKeys, signal }: { readonly scramKeys: ScramKeys; readonly signal: AbortSignal },
  ) {
    this.#socket = socket;
    this.#signal = signal;
    this.#authentication = new UpstreamAuthentication(target, socket instanceof TLSSocket ? socket : null, scramKeys);
  }

  async run(): Promise<UpstreamLogin> {
    for (;;) {
      const message = await takeBytes(this.#socket, (bytes) => this.#judge(bytes), { signal: this.#signal });
      if (message === null) throw new ConnectFailure('closed', 'closed during the login');
      const readyStatus = await this.#take(message);
      if (readyStatus === null) continue;
      return { greeting: this.#greeting, cancelKey: this.#cancelKey, readyStatus };
    }
  }

  /** One message at a time, so that the bytes behind the last one are never ours to keep. */
  #judge(bytes: Buffer): Taken<UpstreamMessage> {
    this.#reader.push(bytes.subarray(this.#pushedBytes));
    const message = this.#reader.take();
    this.#pushedBytes = message === null ? bytes.length : 0;
    return message === null ? null : { value: message, usedBytes: bytes.length - this.#reader.surplus().length };
  }

  /** The transaction status of ReadyForQuery, which ends the login; null for all other messages. */
  async #take({ type, body, bytes }: UpstreamMessage): Promise<TransactionStatus | null> {
    if (type === 'E') throw new UpstreamRefusal(parseErrorOrNotice(body));
    if (type === 'R') {
      const answer = await this.#authentication.answer(parseAuthentication(body));
      if (answer !== null) this.#socket.write(answer);
      return null;
    }
    if (!this.#authentication.isOk) throw new ProtocolViolation('malformed_message', `${type} before AuthenticationOk`);
    switch (type) {
      case 'S':
        this.#learnParameter(body, bytes);
        return null;
      case 'N':
        this.#greeting.push(encodeErrorOrNotice('N', parseErrorOrNotice(body)));
        return null;
      case 'K':
        this.#cancelKey = parseBackendKeyData(body);
        return null;
      case 'Z':
        return parseReadyForQuery(body);
      default:
        return assertNever(type);
    }
  }

  // psql prints server_version into the terminal. Values may be in the client's encoding, so clean
  // ones keep their bytes.
  #learnParameter(body: Buffer, bytes: Buffer): void {
    const { name, value } = parseParameterStatus(body);
    const cleaned = { name: cleanUpstreamText(name), value: cleanUpstreamText(value) };
    const isClean = cleaned.name === name && cleaned.value === value;
    this.#greeting.push(isClean ? bytes : parameterStatus(cleaned.name, cleaned.value));
  }
}

// User and database were decided before: a parameter of that name must not override them.
function withoutIdentity(startup: ReadonlyMap<string, string>): [name: string, value: string][] {
  return [...startup].filter(([name]) => name !== 'user' && name !== 'database');
}

function loginError(error: unknown, compute: string): Error {
  if (error instanceof PosternError || error instanceof UpstreamRefusal) return error;
  const params = { compute };
  if (error instanceof ProtocolViolation) return new PosternError('upstream_protocol', { params, cause: error });
  const cause =
    error instanceof TimeLimitExceeded
      ? new ConnectFailure('silent', 'login took too long', error)
      : new ConnectFailure('closed', 'connection lost during the login', error);
  return new PosternError('upstream_unreachable', { params, cause });
}
