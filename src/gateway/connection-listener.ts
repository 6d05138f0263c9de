// Accepts TCP connections, hands each to its handler, counts them, closes them at the end.

import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { pause } from '../async/retry.ts';
import type { Log } from '../log.ts';

interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Sockets open at a time; for one more another must go, or it is closed without an answer. */
  readonly mostSockets: number;
  /** Ends a connection that has not logged in yet; false when there is none. */
  readonly makeRoom: () => boolean;
  /** How long new connections are turned away after accepting one failed. */
  readonly pauseMs: number;
  readonly log: Log;
  readonly handle: (socket: Socket) => Promise<void>;
}

/** TCP keep-alive: after this silence the system probes the peer, 10 times, once a second. */
const KEEPALIVE_DELAY_MS = 30_000;
/** Connects that may queue while the process is busy, as far as the system allows. */
const BACKLOG = 4_096;
/** At `close`, the time that handlers get for their last messages. */
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
      // A client that closes its writing side may still read.
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
    this.#server.on('error', (error) => this.#pauseAccepting(error));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no TCP address');
    return { host: address.address, port: address.port };
  }

  /** Closes the listening socket after `lateMs` or at the abort; accepted sockets stay. */
  async stopAccepting(lateMs: number, signal: AbortSignal): Promise<void> {
    if (lateMs > 0) await pause(lateMs, signal);
    this.#server.close();
  }

  async idle(): Promise<void> {
    if (this.#sockets.size > 0) await once(this.#whenIdle, 'idle');
  }

  /** Stops listening, gives the handlers time, destroys the sockets that are left. */
  async close(): Promise<void> {
    this.#server.close();
    await this.#idleWithin(CLOSE_GRACE_MS);
    for (const socket of this.#sockets) socket.destroy();
    await this.#idleWithin(CLOSE_GRACE_MS);
    if (this.#sockets.size > 0)
      this.#options.log.error(
        { event: 'listener.close_timed_out', sockets: this.#sockets.size },
        'connections did not end in time',
      );
  }

  async #idleWithin(limitMs: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.idle(), pause(limitMs, timer.signal)]).finally(() => timer.abort());
  }

  async #accept(socket: Socket): Promise<void> {
    const { mostSockets, makeRoom } = this.#options;
    const isFull = this.#sockets.size >= mostSockets && !makeRoom();
    if (isFull || performance.now() < this.#turnAwayUntil) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    try {
      await this.#options.handle(socket);
    } catch (error) {
      this.#options.log.error(
        { event: 'connection.defect', err: error },
        'a connection ended with an unexpected error',
      );
    } finally {
      socket.destroy();
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#whenIdle.emit('idle');
    }
  }

  // NOTE: a failed accept (EMFILE) must not end the process. A connection that is accepted while
  // descriptors are short would fail one step later.
  #pauseAccepting(error: Error): void {
    this.#turnAwayUntil = performance.now() + this.#options.pauseMs;
    this.#options.log.error(
      { event: 'listener.accept_failed', err: error },
      'could not accept a connection; new ones are closed for a moment',
    );
  }
}
