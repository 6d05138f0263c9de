// Carries bytes between a client and its upstream until one of them is gone, and puts our own messages between theirs.
// Parses nothing but message boundaries on the upstream's side; opens and closes no socket: both stay their owner's.

import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { TransactionStatus } from '../protocol/backend-messages.ts';
import { listen } from '../wire/listen.ts';
import { surviveErrors } from '../wire/survive-errors.ts';
import { awaitLastReplies } from './await-last-replies.ts';
import { MessageInserter } from './message-inserter.ts';
import { UnansweredClient } from './unanswered-client.ts';

/** Why a relay finished; of several reasons the first. `clean` when the client said Terminate. */
export type RelayEnd =
  | { readonly kind: 'client_closed'; readonly clean: boolean }
  | { readonly kind: 'upstream_closed' | 'ended' }
  | { readonly kind: 'client_failed' | 'upstream_failed'; readonly cause: unknown };

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
  /** Takes nothing more from the client and writes the message at the next boundary, or after `graceMs` no message at all. */
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

/** `…_closed`: that side's FIN was passed on, and what the other one still sends is under way. */
type RelayPhase = 'relaying' | 'client_closed' | 'upstream_closed' | 'ending' | 'finished';

/**
 * Relays from now on; bytes that wait in either socket go first. The first upstream byte must begin a message.
 * A client's FIN is passed on and the reply under way still arrives; so does one before an upstream's FIN.
 */
export function startRelay(parts: RelayParts): Relay {
  return new SocketRelay(parts);
}

class SocketRelay implements Relay {
  readonly finished: Promise<RelayEnd>;
  bytesToUpstream = 0;
  bytesToClient = 0;
  lastActivityAt: number;
  readonly #parts: RelayParts;
  readonly #toClient: MessageInserter;
  readonly #unanswered = new UnansweredClient();
  readonly #stops: (() => void)[] = [];
  #phase: RelayPhase = 'relaying';
  #reason: RelayEnd | null = null;
  #settle: (end: RelayEnd) => void = () => {};

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.#toClient = new MessageInserter(parts.client, parts.readyStatus);
    this.lastActivityAt = parts.clock.now().getTime();
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#start(parts);
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
      this.#phase = 'ending';
      const timer = setTimeout(() => this.#finish({ kind: 'ended' }), graceMs);
      this.#stops.push(() => clearTimeout(timer));
      if (finalMessage !== null && !this.#parts.client.writableEnded) await this.#toClient.close(finalMessage);
      this.#finish({ kind: 'ended' });
    }
    await this.finished;
  }

  #start({ client, upstream }: RelayParts): void {
    surviveErrors(client);
    surviveErrors(upstream);
    const stopClient = listen(client, {
      data: (chunk) => this.#onClientBytes(chunk),
      end: () => this.#onClientEnd(),
      drain: () => {
        this.#toClient.flush();
        upstream.resume();
      },
      finish: () => this.#finish({ kind: 'upstream_closed' }),
      close: () => this.#finish({ kind: 'client_failed', cause: client.errored }),
    });
    const stopUpstream = listen(upstream, {
      data: (chunk) => this.#onUpstreamBytes(chunk),
      end: () => this.#onUpstreamEnd(),
      drain: () => client.resume(),
      close: () => this.#onUpstreamClosed(),
    });
    this.#stops.push(stopClient, stopUpstream);
    client.resume();
    upstream.resume();
    // A socket that ended or failed before anybody listened here says so only once.
    if (upstream.readableEnded) this.#onUpstreamEnd();
    else if (upstream.destroyed) this.#onUpstreamClosed();
    if (client.destroyed) this.#finish({ kind: 'client_failed', cause: client.errored });
    else if (client.readableEnded) this.#onClientEnd();
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

  #onClientEnd(): void {
    if (this.#phase !== 'relaying') return;
    this.#phase = 'client_closed';
    this.#reason = { kind: 'client_closed', clean: this.#unanswered.saidTerminate };
    const { client, upstream } = this.#parts;
    const movedBytes = () => this.bytesToClient + this.bytesToUpstream - upstream.writableLength;
    const finish = () => this.#finish({ kind: 'ended' });
    this.#stops.push(awaitLastReplies({ client, upstream, movedBytes }, finish));
  }

  #onUpstreamEnd(): void {
    if (this.#phase === 'ending') this.#finish({ kind: 'ended' });
    if (this.#phase === 'finished') return;
    this.#phase = 'upstream_closed';
    // Told to terminate, an upstream closes first: that end was the client's.
    if (this.#unanswered.saidTerminate) this.#reason ??= { kind: 'client_closed', clean: true };
    this.#reason ??= { kind: 'upstream_closed' };
    this.#toClient.giveUp();
    this.#parts.client.end();
  }

  // After an upstream's FIN its socket may close or fail at will: what it sent is ours to deliver.
  #onUpstreamClosed(): void {
    if (this.#phase === 'upstream_closed') return;
    this.#finish({ kind: 'upstream_failed', cause: this.#parts.upstream.errored });
  }

  /** `end` counts where there was no reason before. */
  #finish(end: RelayEnd): void {
    if (this.#phase === 'finished') return;
    this.#phase = 'finished';
    for (const stop of this.#stops) stop();
    this.#parts.client.pause();
    this.#parts.upstream.pause();
    this.#toClient.giveUp();
    this.#settle(this.#reason ?? end);
  }
}
