// Accepts TCP connections and hands each to its handler; keeps them countable and, at the end, closable. Speaks no protocol.

import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Sockets open at a time; more are closed without a word. */
  readonly mostSockets: number;
  /** How long new connections are turned away after accepting one failed. */
  readonly pauseMs: number;
  readonly log: Log;
  readonly handle: (socket: Socket) => Promise<void>;
}

/** After this without a byte, the system asks whether the peer is still there: 10 times, once per second. */
const KEEPALIVE_DELAY_MS = 30_000;
/** Connects that may wait for us while the process is busy; the system takes less where it allows less. A full queue costs a client a second. */
const BACKLOG = 4_096;
/** At `close`, what handlers may need for their last messages. */
const CLOSE_GRACE_MS = 3_000;

export class ConnectionListener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turnAwayUntil = 0;
  readonly #whenIdle = new EventEmitter();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createServer(
      // A client that closes its side may still read; a second of silence on the other is not its end.
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_DELAY_MS },
      (socket) => void this.#accept(socket),
    );
  }

  get socketCount(): number {
    return this.#sockets.size;
  }

  /** Where it listens now. Throws what the system says, such as EADDRINUSE. */
  async listen(): Promise<{ readonly host: string; readonly port: number }> {
    const { host, port } = this.#options;
    this.#server.listen({ host, port, backlog: BACKLOG });
    await once(this.#server, 'listening');
    this.#server.on('error', (error) => this.#restFrom(error));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no TCP address');
    return { host: address.address, port: address.port };
  }

  /** Closes the listening socket after `lateMs`, or at once when the signal aborts; accepted sockets stay. */
  async stopAccepting(lateMs: number, signal: AbortSignal): Promise<void> {
    if (lateMs > 0 && !signal.aborted) await pause(lateMs, undefined, { signal }).catch(ignoreAbort);
    this.#server.close();
  }

  /** Resolves when no accepted socket is left. */
  async idle(): Promise<void> {
    if (this.#sockets.size > 0) await once(this.#whenIdle, 'idle');
  }

  /** Stops listening, waits a little for the handlers, destroys the sockets that are left, and waits a little again. */
  async close(): Promise<void> {
    this.#server.close();
    await this.#idleWithin(CLOSE_GRACE_MS);
    for (const socket of this.#sockets) socket.destroy();
    await this.#idleWithin(CLOSE_GRACE_MS);
    if (this.#sockets.size > 0) this.#options.log.error({ sockets: this.#sockets.size }, 'connections do not end');
  }

  async #idleWithin(limitMs: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.idle(), pause(limitMs, undefined, { signal: timer.signal })]).finally(() => timer.abort());
  }

  async #accept(socket: Socket): Promise<void> {
    if (this.#sockets.size >= this.#options.mostSockets || performance.now() < this.#turnAwayUntil) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    try {
      await this.#options.handle(socket);
    } catch (error) {
      this.#options.log.error({ err: error }, 'a connection ended in a defect');
    } finally {
      socket.destroy();
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#whenIdle.emit('idle');
    }
  }

  // NOTE: a failed accept (EMFILE) must not end the process. The system sheds what it cannot accept; what still comes
  // through while descriptors are short would fail one step later.
  #restFrom(error: Error): void {
    this.#turnAwayUntil = performance.now() + this.#options.pauseMs;
    this.#options.log.error({ err: error }, 'accepting a connection failed; new ones are turned away for a moment');
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
