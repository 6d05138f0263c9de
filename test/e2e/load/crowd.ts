// Crowds of clients at one gateway: many that wait for an approval over TLS, many that are logged
// in and idle.

import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import pg from 'pg';
import { builtStartupPacket } from '../../protocol/packet-fixtures.ts';

const SSL_REQUEST = 80_877_103;
const PROTOCOL_3_0 = 196_608;
const LINK = /\/psql_session\/[A-Za-z0-9_-]{22}/;
/** Logins at a time; more would only queue. */
const AT_A_TIME = 50;

export interface Crowd {
  readonly size: number;
  /** How many of them the gateway has not closed. */
  connectedCount(): number;
  /** Closes every connection; resolves when this side is closed. */
  leave(): Promise<void>;
}

/** Resolves when each has its link. Throws the message of the first one that was refused. */
export async function openWaitingCrowd({ port, size }: { port: number; size: number }): Promise<Crowd> {
  const sockets = await openAll(size, (index) => openWaiting(port, `guest${index}`));
  return {
    size,
    connectedCount: () => sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length,
    leave: async () => {
      await Promise.all(
        sockets.map(async (socket) => {
          if (socket.closed) return;
          const closed = once(socket, 'close');
          socket.destroy();
          await closed;
        }),
      );
    },
  };
}

/** Resolves when each is logged in by password; each may try several times on a busy machine. */
export async function openIdleCrowd(options: {
  port: number;
  size: number;
  user: string;
  password: string;
  attempts?: number;
}): Promise<Crowd> {
  const { port, size, user, password, attempts = 1 } = options;
  let connected = 0;
  const logIn = async () => {
    const ssl = { rejectUnauthorized: false };
    const client = new pg.Client({ host: '127.0.0.1', port, user, password, ssl, application_name: 'crowd' });
    client.on('error', () => {
      // The gateway reset it; 'end' follows and is counted.
    });
    await client.connect();
    connected += 1;
    client.once('end', () => {
      connected -= 1;
    });
    return client;
  };
  const clients = await openAll(size, () => withAttempts(attempts, logIn));
  return {
    size,
    connectedCount: () => connected,
    leave: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

async function openAll<T>(size: number, open: (index: number) => Promise<T>): Promise<T[]> {
  const opened: T[] = [];
  let next = 0;
  const openRest = async () => {
    while (next < size) {
      next += 1;
      opened.push(await open(next));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, size) }, openRest));
  return opened;
}

async function withAttempts<T>(attempts: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (attempts <= 1) throw error;
    return await withAttempts(attempts - 1, open);
  }
}

async function openWaiting(port: number, user: string): Promise<TLSSocket> {
  const plain = connectTcp({ port, host: '127.0.0.1' });
  await once(plain, 'connect');
  plain.write(builtStartupPacket(SSL_REQUEST, []));
  const [answer]: Buffer[] = await once(plain, 'data');
  if (answer?.toString('latin1') !== 'S') throw new Error(`SSLRequest was answered with ${answer}`);
  const socket = connectTls({ socket: plain, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const parameters = ['user', user, 'database', user, 'application_name', 'psql'];
  socket.write(builtStartupPacket(PROTOCOL_3_0, parameters, '\0'));
  await untilLink(socket);
  // A waiting client reads, to notice its end, and keeps nothing.
  socket.on('error', () => socket.destroy()).resume();
  return socket;
}

function untilLink(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const onData = (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (!LINK.test(heard)) return;
      socket.off('data', onData).off('close', onClose).off('error', reject);
      resolve();
    };
    const onClose = () => reject(new Error(`hung up instead of showing a link: ${JSON.stringify(heard)}`));
    socket.on('data', onData).once('close', onClose).once('error', reject);
  });
}
