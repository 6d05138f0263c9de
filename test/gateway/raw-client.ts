// A Postgres client that sends exactly the bytes it is told to and keeps every message it gets. Its
// packets are built by pg-protocol's writer, which shares nothing with our codec.

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Writer } from 'pg-protocol/dist/buffer-writer.js';
import { builtStartupPacket } from '../protocol/packet-fixtures.ts';
import { waitUntil } from '../support/wait-until.ts';
import { cutMessages, fieldsOf, noticesOf, type ReceivedMessage, typesOf } from './read-messages.ts';

export const SSL_REQUEST = 80_877_103;
export const GSSENC_REQUEST = 80_877_104;
export const CANCEL_REQUEST = 80_877_102;
export const PROTOCOL_3_0 = 196_608;
export const PROTOCOL_3_2 = 196_610;

export interface Reachable {
  readonly port: number;
  readonly caPem: string;
  /** Of loopback; 127.0.0.1 unless given. */
  readonly localAddress?: string;
}

/** Startup parameters; `user` is `alex` and `database` what libpq sends, the user, unless given. */
export type StartupParameters = Readonly<Record<string, string>>;

// pgjdbc's, which shows no NOTICE.
export const BLIND: StartupParameters = { client_encoding: 'UTF8', DateStyle: 'ISO', TimeZone: 'UTC' };

export class RawClient {
  readonly plain: Socket;
  socket: Duplex;
  /** Everything after the last whole message. */
  rest: Buffer = Buffer.alloc(0);
  readonly messages: ReceivedMessage[] = [];
  isEnded = false;
  isReset = false;

  private constructor(plain: Socket) {
    this.plain = plain;
    this.socket = plain;
    plain.on('error', () => {
      this.isReset = true;
    });
  }

  /** Connected and silent; nothing is read yet. */
  static async connect({ port, localAddress }: Omit<Reachable, 'caPem'>): Promise<RawClient> {
    const place = { port, host: '127.0.0.1', ...(localAddress !== undefined && { localAddress }) };
    const socket = connectTcp({ ...place, allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** As if from another address, of a gateway that reads PROXY headers. */
  static async connectTlsFrom(address: string, gateway: Reachable): Promise<RawClient> {
    const client = await RawClient.connect(gateway);
    client.send(Buffer.from(`PROXY TCP4 ${address} 127.0.0.1 50000 5432\r\n`));
    return await client.beginTls(gateway);
  }

  /** Encrypted after an SSLRequest, which must be answered with `S`. */
  static async connectTls(gateway: Reachable, serverName = 'localhost'): Promise<RawClient> {
    return await (await RawClient.connect(gateway)).beginTls(gateway, serverName);
  }

  private async beginTls(gateway: Reachable, serverName = 'localhost'): Promise<RawClient> {
    this.send(builtStartupPacket(SSL_REQUEST, []));
    const answer = await this.readByte();
    if (answer !== 'S') throw new Error(`SSLRequest was answered with ${answer}`);
    await this.encrypt({ caPem: gateway.caPem, serverName });
    return this;
  }

  async encrypt({ caPem, serverName, alpn = ['postgresql'] }: { caPem: string; serverName: string; alpn?: string[] }) {
    const socket = connectTls({ socket: this.plain, ca: caPem, servername: serverName, ALPNProtocols: alpn });
    socket.on('error', () => {
      this.isReset = true;
    });
    await once(socket, 'secureConnect');
    this.socket = socket;
  }

  get tls(): TLSSocket {
    if (this.socket === this.plain) throw new Error('this client speaks in clear text');
    return this.socket as TLSSocket;
  }

  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  sendStartup(parameters: StartupParameters = {}, code = PROTOCOL_3_0): void {
    this.send(startupPacket(parameters, code));
    this.listen();
  }

  sendMessage(type: string, fill: (writer: Writer) => Writer): void {
    this.send(fill(new Writer()).flush(type.charCodeAt(0)));
  }

  query(sql: string): void {
    this.sendMessage('Q', (writer) => writer.addCString(sql));
  }

  terminate(): void {
    this.send(Buffer.from('5800000004', 'hex'));
  }

  /** Keeps every message from now on. */
  listen(): void {
    this.socket.on('data', (chunk: Buffer) => {
      const { messages, rest } = cutMessages(Buffer.concat([this.rest, chunk]));
      this.messages.push(...messages);
      this.rest = rest;
    });
    this.socket.on('end', () => {
      this.isEnded = true;
      this.socket.end();
    });
    this.socket.resume();
  }

  async readByte(): Promise<string> {
    const arrived = once(this.plain, 'data');
    const closed = once(this.plain, 'close').then((): Buffer[] => []);
    this.plain.resume();
    const [chunk]: Buffer[] = await Promise.race([arrived, closed]);
    this.plain.pause();
    if (chunk === undefined || chunk.length !== 1) throw new Error(`expected one byte, got ${chunk?.toString('hex')}`);
    return chunk.toString('latin1');
  }

  get types(): string {
    return typesOf(this.messages);
  }

  get notices(): string[] {
    return noticesOf(this.messages);
  }

  /** The fields of the last message, which must be a FATAL. */
  get fatal(): Record<string, string> {
    const last = this.messages.at(-1);
    if (last?.type !== 'E') throw new Error(`the last of ${this.types} is no error`);
    return fieldsOf(last);
  }

  /** The token of the link that was shown. */
  get token(): string {
    const token = /\/psql_session\/([A-Za-z0-9_-]{22})\n$/.exec(this.notices[0] ?? '')?.[1];
    if (token === undefined) throw new Error(`no link in ${JSON.stringify(this.notices)}`);
    return token;
  }

  async waitForType(type: string): Promise<ReceivedMessage> {
    return await waitUntil(() => this.messages.find((message) => message.type === type), `a message ${type}`);
  }

  async waitForNotice(pattern: RegExp): Promise<string> {
    return await waitUntil(() => this.notices.find((text) => pattern.test(text)), `a NOTICE ${pattern}`);
  }

  /** Until the gateway has closed its side; its bytes are all here then. */
  async waitForEnd(): Promise<this> {
    await waitUntil(() => this.isEnded || this.isReset || this.plain.destroyed, 'the gateway hangs up');
    return this;
  }

  destroy(): void {
    this.plain.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** A StartupMessage of the given version. */
export function startupPacket(parameters: StartupParameters = {}, code = PROTOCOL_3_0): Buffer {
  const all = { user: 'alex', ...parameters };
  const named = { database: all.user, ...all };
  return builtStartupPacket(code, Object.entries(named).flat(), '\0');
}

export function cancelRequest(processId: number, secretKey: Buffer): Buffer {
  const packet = Buffer.alloc(12 + secretKey.length);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(CANCEL_REQUEST, 4);
  packet.writeInt32BE(processId, 8);
  secretKey.copy(packet, 12);
  return packet;
}
