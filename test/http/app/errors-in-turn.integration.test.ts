import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const AT_ONCE = 20;
/** As JSON, which is not compressed, an answer ends in the turn in which it is made. */
const HEADERS = 'Host: localhost\r\nContent-Length: 0\r\nAccept: application/json';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

async function connectSome(): Promise<Socket[]> {
  const { hostname, port } = new URL(web.localUrl);
  const sockets = Array.from({ length: AT_ONCE }, () => connect(Number(port), hostname));
  // A server accepts one connection a turn, so that nothing would come together at once.
  const ask = async (socket: Socket) => {
    socket.write(`GET /healthz HTTP/1.1\r\n${HEADERS}\r\n\r\n`);
    await once(socket, 'data');
  };
  await Promise.all(sockets.map(ask));
  return sockets;
}

/** How many answers each turn of the event loop has ended, while it runs. */
async function answersByTurn(requests: () => void, isOver: () => boolean): Promise<number[]> {
  const counts: number[] = [0];
  const { end } = ServerResponse.prototype;
  const spy = vi.spyOn(ServerResponse.prototype, 'end').mockImplementation(function (this: ServerResponse, ...args) {
    counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    return Reflect.apply(end, this, args);
  });
  try {
    requests();
    while (!isOver()) {
      await setImmediate();
      counts.push(0);
    }
    return counts;
  } finally {
    spy.mockRestore();
  }
}

// Fifteen hundred of them kept the sessions of psql waiting for six seconds.
it.each([
  ['TRACE', '/healthz', 405],
  ['DELETE', '/app/zz', 405],
  ['PUT', '/sign-in', 405],
  ['POST', '/sign-in', 403],
  ['GET', `/?${'&a'.repeat(250)}`, 414],
])('requests that fail before their turn are answered one a turn: %s', async (method, path, status) => {
  const sockets = await connectSome();
  const answers: string[] = [];
  for (const socket of sockets) socket.on('data', (chunk) => answers.push(chunk.toString('latin1')));
  const heads = () => answers.filter((answer) => answer.startsWith('HTTP/1.1'));
  const ask = () => {
    for (const socket of sockets) socket.write(`${method} ${path} HTTP/1.1\r\n${HEADERS}\r\n\r\n`);
  };
  const counts = await answersByTurn(ask, () => heads().length >= AT_ONCE);
  expect(
    heads().every((head) => head.startsWith(`HTTP/1.1 ${status}`)),
    heads()[0],
  ).toBe(true);
  expect(Math.max(...counts)).toBe(1);
  for (const socket of sockets) socket.destroy();
  await waitUntil(() => sockets.every((socket) => socket.destroyed), 'the connections are closed');
});
