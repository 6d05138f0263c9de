// The transport under TLS towards a server that a tenant names: a TLS handshake costs what the
// server sends, and OpenSSL reckons with it on the event loop. Certificates can be made for that
// (names times constraints: seconds for 100 kB), and so can parameters of Diffie-Hellman.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, DEFAULT_CIPHERS, type TLSSocket } from 'node:tls';
import { EmptyRecords } from '../empty-records.ts';
import { surviveErrors, waitOnStream } from '../wait-on-stream.ts';

/** Four certificates of RSA-4096 and a list of authorities have half of it. */
export const MOST_HANDSHAKE_BYTES = 16 * 1_024;

/** Without finite-field Diffie-Hellman, whose numbers the server chooses: 10,000 bits at most. */
const CIPHERS_OF_BOUNDED_COST = `${DEFAULT_CIPHERS}:!kDHE`;

type SecureOptions = Omit<ConnectionOptions, 'socket' | 'ciphers'>;

/** TLS towards a server that an operator names. Throws as the handshake, or the signal's reason. */
export async function connectTls(plain: Socket, options: SecureOptions, signal: AbortSignal): Promise<TLSSocket> {
  return await secured(connect({ ...options, socket: plain }), signal);
}

/** Likewise, towards one that a tenant names. The socket ends with the plain one. */
export async function connectTlsBounded(
  plain: Socket,
  options: SecureOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const transport = new BoundedHandshake(plain);
  const socket = await secured(connect({ ...options, socket: transport, ciphers: CIPHERS_OF_BOUNDED_COST }), signal);
  transport.noteSecured(socket);
  return socket;
}

async function secured(socket: TLSSocket, signal: AbortSignal): Promise<TLSSocket> {
  surviveErrors(socket);
  await waitOnStream<void>(socket, { signal }, ({ resolve, reject }) => ({
    secureConnect: resolve,
    error: reject,
    close: () => reject(new Error('closed during the handshake')),
    end: () => reject(new Error('closed during the handshake')),
  }));
  return socket;
}

/** Fails where the server sends more than that before `noteSecured`. Owns the socket. */
class BoundedHandshake extends Duplex {
  readonly #plain: Socket;
  #taken = 0;
  #secured: { readonly socket: TLSSocket; readonly emptyRecords: EmptyRecords } | null = null;

  constructor(plain: Socket) {
    super({ allowHalfOpen: true });
    this.#plain = plain;
    plain.on('data', (chunk: Buffer) => this.#take(chunk));
    plain.on('end', () => this.push(null));
    plain.on('error', (error) => this.destroy(error));
    plain.on('close', () => this.destroy());
    plain.pause();
  }

  /** From now on the server may send any data. */
  noteSecured(socket: TLSSocket): void {
    const start = { encrypted: this.#taken, data: socket.bytesRead };
    this.#secured = { socket, emptyRecords: new EmptyRecords(start, performance.now()) };
  }

  #take(chunk: Buffer): void {
    if (this.destroyed) return;
    this.#taken += chunk.length;
    if (this.#isTooMuch()) this.destroy(new Error(`more than ${MOST_HANDSHAKE_BYTES} bytes of TLS without data`));
    else if (!this.push(chunk)) this.#plain.pause();
  }

  #isTooMuch(): boolean {
    if (this.#secured === null) return this.#taken > MOST_HANDSHAKE_BYTES;
    const { socket, emptyRecords } = this.#secured;
    return emptyRecords.areTooMany({ encrypted: this.#taken, data: socket.bytesRead }, performance.now());
  }

  override _read(): void {
    this.#plain.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#plain.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#plain.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#plain.destroy();
    done(error);
  }
}
