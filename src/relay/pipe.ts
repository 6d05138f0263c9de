// One direction of a relay: passes chunks on, and pauses the source while the sink is behind.

import type { Duplex } from 'node:stream';
import { listen } from '../wire/wait-on-stream.ts';

export type PipeState =
  /** Every chunk is passed on. */
  | 'flowing'
  /** The sink is behind; the source is paused until it has drained. */
  | 'held'
  /** The source is paused for a turn of the event loop: others come first. */
  | 'resting'
  /** What the source still sends is read and dropped. */
  | 'discarding'
  /** The source sent its FIN. */
  | 'ended'
  /** The source is paused for good, and nothing is listened to. */
  | 'stopped';

export interface PipeParts {
  readonly source: Duplex;
  readonly sink: Duplex;
  /** Writes the chunk to the sink, perhaps with more around it. */
  readonly write: (chunk: Buffer) => void;
  readonly onDrain?: () => void;
  /** The source sent its FIN. */
  readonly onEnd: () => void;
}

/** Unsent bytes at the sink above which the source is paused. */
const RELAY_BUFFER_BYTES = 65_536;

/**
 * A record of TLS is a chunk, also one of a single byte, and Node reads half a megabyte of them
 * from one socket before it looks at the next.
 */
const CHUNKS_BETWEEN_RESTS = 128;

export class Pipe {
  bytes = 0;
  #sinceRest = 0;
  #state: PipeState = 'flowing';
  readonly #parts: PipeParts;
  readonly #stopListening: () => void;

  /** Reads once the source is resumed; `stop` takes the listeners off again. */
  constructor(parts: PipeParts) {
    this.#parts = parts;
    const stopSource = listen(parts.source, { data: (chunk) => this.#pass(chunk), end: () => this.end() });
    const stopSink = listen(parts.sink, { drain: () => this.#onDrain() });
    this.#stopListening = () => {
      stopSource();
      stopSink();
    };
  }

  get state(): PipeState {
    return this.#state;
  }

  /** True while chunks are passed on, at once or as soon as the sink has drained. */
  get isOpen(): boolean {
    return this.#state === 'flowing' || this.#state === 'held' || this.#state === 'resting';
  }

  /** Drops whatever the source sends from now on. */
  discard(): void {
    if (!this.isOpen) return;
    if (this.#state !== 'flowing') this.#parts.source.resume();
    this.#state = 'discarding';
  }

  /** The source sent its FIN; also called for one that came before the pipe was made. */
  end(): void {
    if (this.#state === 'ended' || this.#state === 'stopped') return;
    this.#state = 'ended';
    this.#parts.onEnd();
  }

  /** Pauses the source, which stays its owner's to close. */
  stop(): void {
    this.#state = 'stopped';
    this.#stopListening();
    this.#parts.source.pause();
  }

  #pass(chunk: Buffer): void {
    if (this.#state === 'discarding') return;
    const { source, sink, write } = this.#parts;
    this.bytes += chunk.length;
    write(chunk);
    if (this.#state !== 'flowing') return;
    if (sink.writableLength >= RELAY_BUFFER_BYTES) {
      this.#state = 'held';
      source.pause();
    } else if (++this.#sinceRest >= CHUNKS_BETWEEN_RESTS) this.#rest(source);
  }

  #rest(source: Duplex): void {
    this.#sinceRest = 0;
    this.#state = 'resting';
    source.pause();
    setImmediate(() => {
      if (this.#state !== 'resting') return;
      this.#state = 'flowing';
      source.resume();
    });
  }

  #onDrain(): void {
    this.#parts.onDrain?.();
    if (this.#state !== 'held') return;
    this.#state = 'flowing';
    this.#parts.source.resume();
  }
}
