// Hostile clients, each from its own loopback address, so that limits for each address do not
// shield the rest of the gateway.

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { SSL_REQUEST } from '../../gateway/raw-client.ts';
import { builtStartupPacket } from '../../protocol/packet-fixtures.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';

export const sslRequest = (): Buffer => builtStartupPacket(SSL_REQUEST, []);

export class Attacker implements Disposable {
  readonly #plain: Socket;
  #socket: Duplex;
  /** What the gateway answered, decrypted where TLS was started. */
  received: Buffer = Buffer.alloc(0);

  private constructor(plain: Socket) {
    this.#plain = plain;
    this.#socket = plain;
    // Only the gateway must survive.
    plain.on('error', () => plain.destroy());
  }

  static async connect(port: number, random: SeededRandom): Promise<Attacker> {
    const localAddress = `127.${1 + random.below(254)}.${random.below(256)}.${1 + random.below(254)}`;
    const socket = connectTcp({ port, host: '127.0.0.1', localAddress, noDelay: true });
    await once(socket, 'connect');
    return new Attacker(socket);
  }

  /** Starts TLS after an SSLRequest, as libpq does. */
  static async connectInTls(port: number, random: SeededRandom): Promise<Attacker> {
    const attacker = await Attacker.connect(port, random);
    attacker.send(sslRequest());
    await once(attacker.#plain, 'data');
    attacker.#plain.pause();
    const socket = connectTls({ socket: attacker.#plain, rejectUnauthorized: false, servername: 'localhost' });
    socket.on('error', () => socket.destroy());
    await once(socket, 'secureConnect');
    attacker.#socket = socket;
    return attacker;
  }

  get isClosed(): boolean {
    return this.#plain.destroyed || this.#socket.readableEnded;
  }

  listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
  }

  send(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Each byte in a segment of its own. */
  async sendBytewise(bytes: Buffer): Promise<void> {
    for (const byte of bytes) {
      this.send(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
  }

  /** Closes with a FIN or with a reset. */
  leave(how: 'fin' | 'reset'): void {
    if (how === 'fin') this.#plain.end();
    else this.#plain.resetAndDestroy();
  }

  [Symbol.dispose](): void {
    this.#plain.destroy();
  }
}
