// A client that asks SELECT 1 again and again, and does as little as possible besides.

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { builtMessage, builtStartupPacket } from '../../test/protocol/packet-fixtures.ts';
import { APPLICATION, DATABASE } from '../bench-path.ts';

const SSL_REQUEST = 80_877_103;
const PROTOCOL_3_0 = 196_608;
const QUERY = builtMessage('Q', (writer) => writer.addCString('SELECT 1'));
const READY_FOR_QUERY = Buffer.from('5a0000000549', 'hex');

export class QueryClient {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
  }

  /** Logs in without a password; throws what it got instead of a ReadyForQuery. */
  static async connect({ port, user, tls }: { port: number; user: string; tls: boolean }): Promise<QueryClient> {
    const plain = connectTcp({ port, host: '127.0.0.1', noDelay: true });
    await once(plain, 'connect');
    const socket = tls ? await startTls(plain) : plain;
    const client = new QueryClient(socket);
    const parameters = ['user', user, 'database', DATABASE, 'application_name', APPLICATION];
    await client.#ask(builtStartupPacket(PROTOCOL_3_0, parameters, '\0'));
    return client;
  }

  get isConnected(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded;
  }

  async query(): Promise<void> {
    await this.#ask(QUERY);
  }

  async queries(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) await this.#ask(QUERY);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const heard: Buffer[] = [];
      const stop = () => this.#socket.off('data', onData).off('close', onClose);
      const onData = (chunk: Buffer) => {
        heard.push(chunk);
        if (!chunk.subarray(-READY_FOR_QUERY.length).equals(READY_FOR_QUERY)) return;
        stop();
        resolve();
      };
      const onClose = () => {
        stop();
        reject(new Error(`hung up instead of an answer: ${JSON.stringify(Buffer.concat(heard).toString('latin1'))}`));
      };
      this.#socket.on('data', onData).on('close', onClose);
      this.#socket.write(message);
    });
  }
}

async function startTls(plain: Socket): Promise<Socket> {
  plain.write(builtStartupPacket(SSL_REQUEST, []));
  const [answer]: Buffer[] = await once(plain, 'data');
  if (answer?.toString('latin1') !== 'S') throw new Error(`SSLRequest was answered with ${answer}`);
  const socket = connectTls({ socket: plain, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}
