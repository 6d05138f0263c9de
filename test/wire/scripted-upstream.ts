// A far end that misbehaves by script. The script must be used up: a step that was not reached
// fails the test.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { parseNetworks } from '../../src/network-address.ts';
import { Secret } from '../../src/secret.ts';
import {
  type ConnectUpstreamOptions,
  connectUpstream,
  type UpstreamSession,
} from '../../src/wire/dial/connect-upstream.ts';
import type { DialPolicy } from '../../src/wire/dial/dial-policy.ts';
import type { UpstreamTarget } from '../../src/wire/dial/upstream-target.ts';
import { takeBytes } from '../../src/wire/take-bytes.ts';
import { surviveErrors } from '../../src/wire/wait-on-stream.ts';
import { listenOnLoopback, portOf } from './loopback.ts';

export type Step = (socket: Socket) => Promise<void> | void;

export interface ScriptedUpstream extends AsyncDisposable {
  readonly port: number;
  /** Resolves when the script was used up; rejects with what went wrong in it. */
  readonly finished: Promise<void>;
}

const never = new AbortController().signal;

/** Accepts one connection and plays the steps on it. Disposing waits for the end of the script. */
export async function scriptedUpstream(...steps: readonly Step[]): Promise<ScriptedUpstream> {
  const server = await listenOnLoopback();
  const port = portOf(server);
  const sockets: Socket[] = [];
  const play = async () => {
    const [socket]: Socket[] = await once(server, 'connection');
    if (socket === undefined) return;
    sockets.push(socket);
    surviveErrors(socket);
    for (const step of steps) await step(socket);
  };
  const finished = play();
  finished.catch(() => {});
  return {
    port,
    finished,
    [Symbol.asyncDispose]: async () => {
      try {
        await finished;
      } finally {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
    },
  };
}

/** Waits for an SSLRequest and answers it. */
export function answerSslRequest(answer: string | Buffer): Step {
  return async (socket) => {
    const request = await take(socket, () => 8);
    if (request.toString('hex') !== '0000000804d2162f') throw new Error('expected an SSLRequest');
    socket.write(answer);
  };
}

/** Waits for a StartupMessage. */
export async function startup(socket: Socket): Promise<void> {
  const packet = await take(socket, lengthAt(0));
  if (packet.readInt32BE(4) !== 196_608) throw new Error('expected a StartupMessage of protocol 3.0');
}

/** Waits for a PasswordMessage or SASL response and lets `judge` see its body. */
export function password(judge: (body: Buffer, socket: Socket) => void = () => {}): Step {
  return async (socket) => {
    const message = await take(socket, lengthAt(1));
    if (message[0] !== 0x70) throw new Error('expected a password message');
    judge(message.subarray(5), socket);
  };
}

export function send(...bytes: readonly (Buffer | string)[]): Step {
  return (socket) => {
    for (const part of bytes) socket.write(part);
  };
}

export function hangUp(socket: Socket): void {
  socket.end();
}

export function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

/** Waits for the peer's FIN or reset; a byte before it fails. */
export async function expectNothingMore(socket: Socket): Promise<void> {
  const bytes = await takeBytes(socket, (some) => ({ value: some, usedBytes: some.length }), { signal: never }).catch(
    () => null,
  );
  if (bytes !== null) throw new Error(`expected nothing more, got ${bytes.length} bytes`);
}

/** What may be dialled in tests: loopback, at any port given. */
function loopbackPolicy(...ports: readonly number[]): DialPolicy {
  return {
    allowedNetworks: parseNetworks(['127.0.0.0/8', '::1/128']),
    allowedPorts: ports,
    listed: [],
    forbidden: [],
    lookup: async () => ['127.0.0.1'],
  };
}

const TARGET = {
  name: 'main',
  host: 'db.test',
  port: 0,
  tls: { mode: 'disable' },
  user: 'alice',
  password: new Secret('wonderland'),
  database: 'shop',
  allowMd5: false,
  allowCleartext: false,
} as const satisfies UpstreamTarget;

/** Connects to that port of loopback, where `db.test` leads. */
export function connectTo(
  port: number,
  target: Partial<UpstreamTarget> = {},
  options: Partial<ConnectUpstreamOptions> = {},
): Promise<UpstreamSession> {
  const whole = { ...TARGET, port, ...target };
  return connectUpstream(whole, { startup: new Map(), dialPolicy: loopbackPolicy(port), signal: never, ...options });
}

function lengthAt(offset: number): (bytes: Buffer) => number {
  return (bytes) => (bytes.length < offset + 4 ? offset + 4 : offset + bytes.readInt32BE(offset));
}

async function take(socket: Socket, lengthOf: (bytes: Buffer) => number): Promise<Buffer> {
  const taken = await takeBytes(
    socket,
    (bytes) => {
      const length = lengthOf(bytes);
      // Until the length field is whole, its own end is the length.
      if (bytes.length < length || lengthOf(bytes.subarray(0, length)) !== length) return null;
      return { value: bytes.subarray(0, length), usedBytes: length };
    },
    { signal: never },
  );
  if (taken === null) throw new Error('the peer hung up');
  return taken;
}
