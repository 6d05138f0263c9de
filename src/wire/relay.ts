// Carries bytes between a client and its upstream until one of them is gone, and puts our own messages between theirs.
// Parses nothing but message boundaries on the upstream's side; opens and closes no socket: both stay their owner's.

import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { TransactionStatus } from '../protocol/backend-messages.ts';
import { listen } from './listen.ts';
import { MessageInserter } from './message-inserter.ts';
import { surviveErrors } from './survive-errors.ts';
import { UnansweredClient } from './unanswered-client.ts';
import { watchSilence } from './watch-silence.ts';

/** Why a relay finished; of several reasons the first. `clean` when the client said Terminate. */
export type RelayEnd =
  | { readonly kind: 'client_closed'; readonly clean: boolean }
  | { readonly kind: 'upstream_closed' }
  | { readonly kind: 'client_failed'; readonly cause: unknown }
  | { readonly kind: 'upstream_failed'; readonly cause: unknown }
  | { readonly kind: 'ended' };

export interface Relay {
  readonly bytesToUpstream: number;
  readonly bytesToClient: number;
  /** Of the last ReadyForQuery; `unknown` once the upstream's framing made no sense. */
  readonly transactionStatus: TransactionStatus | 'unknown';
  /** When the last byte came from either side, in milliseconds since 1970. */
  readonly lastActivityAt: number;
  /** True while the client sent something since the last ReadyForQuery, other than a lone Terminate. */
  readonly isQueryRunning: boolean;
  /** True when a message may be added now, also after the relay finished with a lost upstream. */
  readonly isAtBoundary: boolean;
  /** Settles once; both sockets are paused then, and open unless they failed. */
  readonly finished: Promise<RelayEnd>;
  /** Puts a message between two of the upstream's. Resolves when it was written, or `given_up` at the end at the latest. */
  inject(message: Buffer): Promise<'sent' | 'given_up'>;
  /**
   * Stops taking bytes from the client and writes the final message at the next boundary; without it after `graceMs`,
   * since inside a message it would be read as part of that. Resolves when the relay finished.
   */
  end(finalMessage: Buffer | null, limits: { readonly graceMs: number }): Promise<void>;
}

export interface RelayParts {
  readonly client: Duplex;
  readonly upstream: Duplex;
  /** What the ReadyForQuery said that the client got before. */
  readonly readyStatus: TransactionStatus;
  readonly clock: Clock;
}

/** Unsent bytes per direction above which its source is paused. */
const RELAY_BUFFER_BYTES = 65_536;
/** How long an upstream may be silent once the client has closed; PostgreSQL, too, takes a half-close for the end. */
const CLIENT_GONE_GRACE_MS = 1_000;

/** `…_closed`: that side's FIN was passed on, and what the other one still sends is under way. */
type RelayPhase = 'relaying' | 'client_closed' | 'upstream_closed' | 'ending' | 'finished';

/**
 * Relays from now on; bytes that wait in either socket go first. The first upstream byte must begin a message.
 * A client's FIN is passed on and the reply under way still arrives; so does one before an upstream's FIN.
 */
export function startRelay(parts: RelayParts): Relay {
  const relay = new SocketRelay(parts);
  relay.start();
  return relay;
}

class SocketRelay implements Relay {
  readonly finished: Promise<RelayEnd>;
  bytesToUpstream = 0;
  bytesToClient = 0;
  lastActivityAt: number;
  readonly #parts: RelayParts;
  readonly #toClient: MessageInserter;
  readonly #stops: (() => void)[] = [];
  readonly #unanswered = new UnansweredClient();
  #phase: RelayPhase = 'relaying';
  #reason: RelayEnd | null = null;
  #settle: (end: RelayEnd) => void = () => {};
  #stopTimer: () => void = () => {};

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.#toClient = new MessageInserter(parts.client, parts.readyStatus);
    this.lastActivityAt = parts.clock.now().getTime();
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get transactionStatus(): TransactionStatus | 'unknown' {
    return this.#toClient.transactionStatus;
  }

  get isQueryRunning(): boolean {
    return this.#unanswered.isWaiting;
  }

  get isAtBoundary(): boolean {
    return this.#toClient.isAtBoundary;
  }

  inject(message: Buffer): Promise<'sent' | 'given_up'> {
    return this.#phase === 'relaying' ? this.#toClient.insert(message) : Promise.resolve('given_up');
  }

  async end(finalMessage: Buffer | null, { graceMs }: { readonly graceMs: number }): Promise<void> {
    if (this.#phase !== 'ending' && this.#phase !== 'finished') {
      this.#reason ??= { kind: 'ended' };
      this.#phase = 'ending';
      this.#stopTimer();
      const timer = setTimeout(() => this.#finish(), graceMs);
      this.#stopTimer = () => clearTimeout(timer);
      if (finalMessage === null || this.#parts.client.writableEnded) this.#finish();
      else void this.#toClient.close(finalMessage).then(() => this.#finish());
    }
    await this.finished;
  }

  start(): void {
    const { client, upstream } = this.#parts;
    surviveErrors(client);
    surviveErrors(upstream);
    this.#stops.push(
      listen(client, {
        data: (chunk) => this.#onClientBytes(chunk),
        end: () => this.#onClientEnd(),
        drain: () => this.#onClientDrained(),
        finish: () => this.#finish(),
        error: (cause) => this.#finish({ kind: 'client_failed', cause }),
        close: () => this.#finish({ kind: 'client_failed', cause: client.errored }),
      }),
      listen(upstream, {
        data: (chunk) => this.#onUpstreamBytes(chunk),
        end: () => this.#onUpstreamEnd(),
        drain: () => client.resume(),
        error: (cause) => this.#onUpstreamLost(cause),
        close: () => this.#onUpstreamLost(upstream.errored),
      }),
    );
    client.resume();
    upstream.resume();
    this.#noticeEarlierEnds();
  }

  // A socket that ended or failed before anybody listened here says so only once.
  #noticeEarlierEnds(): void {
    const { client, upstream } = this.#parts;
    if (upstream.destroyed) this.#onUpstreamLost(upstream.errored);
    if (client.destroyed) this.#finish({ kind: 'client_failed', cause: client.errored });
    if (upstream.readableEnded) this.#onUpstreamEnd();
    if (client.readableEnded) this.#onClientEnd();
  }

  #onClientBytes(chunk: Buffer): void {
    this.lastActivityAt = this.#parts.clock.now().getTime();
    if (this.#phase !== 'relaying') return;
    const { client, upstream } = this.#parts;
    this.bytesToUpstream += chunk.length;
    this.#unanswered.noteSent(chunk);
    if (!upstream.write(chunk) && upstream.writableLength >= RELAY_BUFFER_BYTES) client.pause();
  }

  #onUpstreamBytes(chunk: Buffer): void {
    this.lastActivityAt = this.#parts.clock.now().getTime();
    const { client, upstream } = this.#parts;
    this.bytesToClient += chunk.length;
    const readyBefore = this.#toClient.readyCount;
    this.#toClient.write(chunk);
    if (this.#toClient.readyCount !== readyBefore) this.#unanswered.noteReady();
    if (client.writableNeedDrain && client.writableLength >= RELAY_BUFFER_BYTES) upstream.pause();
  }

  #onClientDrained(): void {
    this.#toClient.flush();
    this.#parts.upstream.resume();
  }

  #onClientEnd(): void {
    if (this.#phase !== 'relaying') return;
    this.#phase = 'client_closed';
    this.#reason = { kind: 'client_closed', clean: this.#unanswered.saidTerminate };
    const { client, upstream } = this.#parts;
    upstream.end();
    const movedBytes = () => this.bytesToClient + this.bytesToUpstream - upstream.writableLength;
    // A reply that waits for a slow reader is not silence.
    this.#stopTimer = watchSilence(movedBytes, CLIENT_GONE_GRACE_MS, () => {
      if (client.writableLength === 0) this.#finish();
    });
  }

  #onUpstreamEnd(): void {
    if (this.#phase === 'ending') this.#finish();
    if (this.#phase === 'finished') return;
    this.#phase = 'upstream_closed';
    this.#reason ??= { kind: 'upstream_closed' };
    this.#stopTimer();
    this.#toClient.giveUp();
    this.#parts.client.end();
  }

  // After an upstream's FIN its socket may fail or close at will: what it sent is ours to deliver.
  #onUpstreamLost(cause: unknown): void {
    if (this.#phase !== 'upstream_closed') this.#finish({ kind: 'upstream_failed', cause });
  }

  #finish(end: RelayEnd = { kind: 'ended' }): void {
    if (this.#phase === 'finished') return;
    this.#phase = 'finished';
    for (const stop of this.#stops) stop();
    this.#stopTimer();
    this.#parts.client.pause();
    this.#parts.upstream.pause();
    this.#toClient.giveUp();
    this.#settle(this.#reason ?? end);
  }
}
