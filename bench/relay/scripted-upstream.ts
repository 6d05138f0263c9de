// A Postgres that costs little: it lets everybody in and answers each query with one row, or passes
// connections on to a real one, so that Postern can attach it.

import { connect, createServer, type Socket } from 'node:net';
import { builtMessage } from '../../test/protocol/packet-fixtures.ts';
import type { Started } from '../bench-path.ts';

export interface ScriptedUpstream extends Omit<Started, 'processId'> {
  /** From now on new connections are answered here. */
  answer(): void;
  /** From now on new connections are those of the real Postgres. */
  passOn(): void;
}

/** What PostgreSQL answers to `SELECT 1`. */
export const REPLY = Buffer.concat([
  builtMessage('T', (writer) =>
    writer.addInt16(1).addCString('?column?').addInt32(0).addInt16(0).addInt32(23).addInt16(4).addInt32(-1).addInt16(0),
  ),
  builtMessage('D', (writer) => writer.addInt16(1).addInt32PrefixedString('1')),
  builtMessage('C', (writer) => writer.addCString('SELECT 1')),
  builtMessage('Z', (writer) => writer.addString('I')),
]);

const GREETING = Buffer.concat([
  builtMessage('R', (writer) => writer.addInt32(0)),
  builtMessage('S', (writer) => writer.addCString('server_version').addCString('18.0')),
  builtMessage('K', (writer) => writer.addInt32(1).addInt32(1)),
  builtMessage('Z', (writer) => writer.addString('I')),
]);

export async function startScriptedUpstream(postgresPort: number): Promise<ScriptedUpstream> {
  let take = answerAll;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted upstream has no port');
  return {
    port: address.port,
    answer: () => {
      take = answerAll;
    },
    passOn: () => {
      take = (socket) => pipeTo(socket, postgresPort);
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function pipeTo(socket: Socket, port: number): void {
  const postgres = connect(port, '127.0.0.1');
  postgres.on('error', () => socket.destroy());
  socket.pipe(postgres).pipe(socket);
}

/** A query of these benches is a chunk of its own, as psql's is. */
function answerAll(socket: Socket): void {
  socket.once('data', () => {
    socket.write(GREETING);
    socket.on('data', (chunk) => {
      if (chunk[0] === 'X'.charCodeAt(0)) socket.end();
      else socket.write(REPLY);
    });
  });
}
