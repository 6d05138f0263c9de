// Carries bytes between a client and its upstream until one is gone. Parses nothing but message
// boundaries on the upstream's side; opens and closes no socket.

import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { TransactionStatus } from '../protocol/backend-messages.ts';
import { listen, surviveErrors } from '../wire/wait-on-stream.ts';
import { boundLastReplies } from './bound-last-replies.ts';
import { type InsertOutcome, MessageInserter } from './message-inserter.ts';
import { Pipe } from './pipe.ts';
import { QueryWatch } from './query-watch.ts';

/** Why a relay finished; of several reasons the first. `clean` when the client said Terminate. */
export type RelayEnd =
  | { readonly kind: 'client_closed'; readonly clean: boolean }
  | { readonly kind: 'upstream_closed' | 'ended' }
  | { readonly kind: 'client_failed' | 'upstream_failed'; readonly cause: unknown };

interface RelayParts {
  readonly client: Duplex;
  readonly upstream: Duplex;
  /** The transaction status of the last ReadyForQuery that the client got. */
  readonly readyStatus: TransactionStatus;
}

/** How long an upstream may be silent after a client's FIN, which PostgreSQL takes for the end. */
const CLIENT_GONE_GRACE_MS = 1_000;
/** How long a side may be gone while the client takes nothing of what is left for it. */
const UNREAD_LIMIT_MS = 30_000;

/** `ending`: from outside, until the last message was written or its time was up. */
type RelayState = 'open' | 'ending' | 'finished';

/**
 * The first upstream byte must begin a message. A client's FIN is passed on and the reply under way
 * still arrives; so does one before an upstream's FIN.
 */
export class Relay {
  /** Settles once; both sockets are paused then, and open unless they failed. */
  readonly finished: Promise<RelayEnd>;
  /** What the upstream does for the client. */
  readonly queries = new QueryWatch();
  readonly #parts: RelayParts;
  readonly #inserter: MessageInserter;
  readonly #toUpstream: Pipe;
  readonly #toClient: Pipe;
  readonly #stops: (() => void)[] = [];
  #state: RelayState = 'open';
  #reason: RelayEnd | null = null;
  #settle: (end: RelayEnd) => void = () => {};

  constructor(parts: RelayParts) {
    const { client, upstream, readyStatus } = parts;
    this.#parts = parts;
    this.#inserter = new MessageInserter(client, readyStatus);
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    surviveErrors(client);
    surviveErrors(upstream);
    this.#toUpstream = new Pipe({
      source: client,
      sink: upstream,
      write: (chunk) => this.#writeToUpstream(chunk),
      onEnd: () => this.#onClientEnd(),
    });
    this.#toClient = new Pipe({
      source: upstream,
      sink: client,
      write: (chunk) => this.#writeToClient(chunk),
      onDrain: () => this.#inserter.flush(),
      onEnd: () => this.#onUpstreamEnd(),
    });
    this.#watchEnds(parts);
    client.resume();
    upstream.resume();
    this.#noticeEarlierEnds(parts);
  }

  get bytesToUpstream(): number {
    return this.#toUpstream.bytes;
  }

  get bytesToClient(): number {
    return this.#toClient.bytes;
  }

  /** Of the last ReadyForQuery; `unknown` once the upstream's framing made no sense. */
  get transactionStatus(): TransactionStatus | 'unknown' {
    return this.#inserter.frames.transactionStatus;
  }

  /** The upstream has a whole request of the client's that it has not answered yet. */
  get isQueryRunning(): boolean {
    return this.queries.isQueryRunning;
  }

  /** True when a message may be added now, also after the relay finished with a lost upstream. */
  get isAtBoundary(): boolean {
    return this.#inserter.frames.atBoundary;
  }

  /** Inserts a message at the next boundary; `given_up` at the end of the relay at the latest. */
  inject(message: Buffer): Promise<InsertOutcome> {
    const isRelaying = this.#toUpstream.isOpen && this.#toClient.isOpen;
    return isRelaying ? this.#inserter.insert(message) : Promise.resolve('given_up');
  }

  /** Drops what the client sends; writes the message at the next boundary within `graceMs`. */
  async end(finalMessage: Buffer | null, { graceMs }: { readonly graceMs: number }): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'ending';
      this.#toUpstream.discard();
      const timer = setTimeout(() => this.#finish({ kind: 'ended' }), graceMs);
      this.#stops.push(() => clearTimeout(timer));
      if (finalMessage !== null && !this.#parts.client.writableEnded) await this.#inserter.close(finalMessage);
      this.#finish({ kind: 'ended' });
    }
    await this.finished;
  }

  #watchEnds({ client, upstream }: RelayParts): void {
    const stopClient = listen(client, {
      finish: () => this.#finish({ kind: 'upstream_closed' }),
      close: () => this.#finish({ kind: 'client_failed', cause: client.errored }),
    });
    const stopUpstream = listen(upstream, { close: () => this.#onUpstreamClosed() });
    this.#stops.push(stopClient, stopUpstream);
  }

  // A socket that ended or failed before anybody listened here says so only once.
  #noticeEarlierEnds({ client, upstream }: RelayParts): void {
    if (upstream.readableEnded) this.#toClient.end();
    else if (upstream.destroyed) this.#onUpstreamClosed();
    if (client.destroyed) this.#finish({ kind: 'client_failed', cause: client.errored });
    else if (client.readableEnded) this.#toUpstream.end();
  }

  #writeToUpstream(chunk: Buffer): void {
    this.queries.onRequest(chunk);
    this.#parts.upstream.write(chunk);
  }

  #writeToClient(chunk: Buffer): void {
    const { frames } = this.#inserter;
    frames.clear();
    this.#inserter.write(chunk);
    this.queries.onAnswer(frames);
  }

  #onClientEnd(): void {
    // Once the upstream has closed, or the relay ends, a client's FIN changes nothing.
    if (this.#state !== 'open' || !this.#toClient.isOpen) return;
    this.#reason = { kind: 'client_closed', clean: this.queries.saidTerminate };
    // NOTE: closing one direction of TLS makes Node drop what came from the other and was not read
    // yet. An encrypted upstream ends by the client's Terminate, or by its owner after the silence.
    if (!(this.#parts.upstream instanceof TLSSocket)) this.#parts.upstream.end();
    this.#boundLastReplies(CLIENT_GONE_GRACE_MS);
  }

  #onUpstreamEnd(): void {
    if (this.#state === 'ending') this.#finish({ kind: 'ended' });
    if (this.#state === 'finished') return;
    this.#toUpstream.discard();
    // After a Terminate the upstream closes first, but the client ended the connection.
    if (this.queries.saidTerminate) this.#reason ??= { kind: 'client_closed', clean: true };
    this.#reason ??= { kind: 'upstream_closed' };
    this.#inserter.giveUp();
    this.#parts.client.end();
    this.#boundLastReplies(UNREAD_LIMIT_MS);
  }

  #boundLastReplies(silenceMs: number): void {
    const { client, upstream } = this.#parts;
    const movedBytes = () =>
      this.bytesToClient + this.bytesToUpstream - upstream.writableLength - client.writableLength;
    const isUnread = () => client.writableLength > 0;
    const limits = { silenceMs, unreadMs: UNREAD_LIMIT_MS };
    this.#stops.push(boundLastReplies({ movedBytes, isUnread, ...limits }, () => this.#finish({ kind: 'ended' })));
  }

  // After an upstream's FIN its socket may close or fail at will: what it sent is ours to deliver.
  #onUpstreamClosed(): void {
    if (this.#state === 'open' && this.#toClient.state === 'ended') return;
    this.#finish({ kind: 'upstream_failed', cause: this.#parts.upstream.errored });
  }

  /** `end` counts where there was no reason before. */
  #finish(end: RelayEnd): void {
    if (this.#state === 'finished') return;
    this.#state = 'finished';
    for (const stop of this.#stops) stop();
    this.#toUpstream.stop();
    this.#toClient.stop();
    this.#inserter.giveUp();
    this.#settle(this.#reason ?? end);
  }
}
