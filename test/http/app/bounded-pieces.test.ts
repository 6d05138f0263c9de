import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { RequestsUnderWay } from '../../../src/http/app/one-request-at-a-time.ts';
import { waitUntil } from '../../support/wait-until.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';

/** What a reader of the body was given, and what the client was answered. */
async function send(chunks: readonly string[]) {
  const read = { pieces: 0, bytes: 0 };
  const server = createServer(
    new RequestsUnderWay().oneAtATime((request, response) => {
      request.on('data', (piece: Buffer) => {
        read.pieces += 1;
        read.bytes += piece.length;
      });
      request.on('end', () => response.end('read'));
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const socket = connect({ port: typeof address === 'object' && address !== null ? address.port : 0 });
  onTestFinished(() => void socket.destroy());
  let answer = '';
  let isClosed = false;
  socket.on('data', (bytes) => {
    answer += bytes.toString();
  });
  socket
    .on('error', () => {})
    .on('close', () => {
      isClosed = true;
    });
  socket.write(HEAD + chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('') + LAST_CHUNK);
  await waitUntil(() => isClosed || answer.includes('read'), 'an answer, or none');
  return { ...read, isAnswered: answer.includes('read') };
}

// Thirty connections that sent a body of 240 KB in chunks of one byte held up a node for minutes.
it('a body in chunks of one byte ends its connection after a thousand of them', async () => {
  const { pieces, isAnswered } = await send(Array.from({ length: 100_000 }, () => 'a'));
  expect(isAnswered).toBe(false);
  expect(pieces).toBeLessThan(1_100);
});

it.each([
  ['in a thousand small pieces', Array.from({ length: 1_000 }, () => 'a')],
  ['in pieces of a hundred bytes', Array.from({ length: 2_600 }, () => 'a'.repeat(100))],
])('a body %s is read', async (_kind, chunks) => {
  const { bytes, isAnswered } = await send(chunks);
  expect(isAnswered).toBe(true);
  expect(bytes).toBe(chunks.join('').length);
});
