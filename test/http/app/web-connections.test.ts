import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { RequestsUnderWay } from '../../../src/http/app/one-request-at-a-time.ts';
import { limitWebConnections } from '../../../src/http/app/web-connections.ts';
import { waitUntil } from '../../support/wait-until.ts';

type Limits = Parameters<typeof limitWebConnections>[1];

/** Answers but at `/never`, and to bodies that have come. */
async function serve(limits: Partial<Limits>): Promise<{ server: Server; port: number; seen: () => number }> {
  const underWay = new RequestsUnderWay();
  let seen = 0;
  const server = createServer(
    underWay.oneAtATime((request, response) => {
      seen += 1;
      if (request.url !== '/never') request.on('end', () => response.end('here')).resume();
    }),
  );
  limitWebConnections(server, { openFiles: null, uncounted: [], shared: [], underWay, ...limits });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0, seen: () => seen };
}

/** So many sockets that say nothing, as a slow attacker holds them. */
async function hold(
  port: number,
  count: number,
  localAddress = '127.0.0.1',
): Promise<{ sockets: Socket[]; open: () => number }> {
  const begin = () => connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {});
  const sockets = Array.from({ length: count }, begin);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return { sockets, open: () => sockets.filter((socket) => !socket.closed).length };
}

async function isAnswered([socket]: readonly Socket[]): Promise<boolean> {
  if (socket === undefined) return false;
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const data = once(socket, 'data').then(() => true);
  const end = once(socket, 'close').then(() => false);
  return await Promise.race([data, end]);
}

it('one address may hold a hundred connections, and new ones after closing some', async () => {
  const { port } = await serve({});
  const { sockets, open } = await hold(port, 120);
  await waitUntil(() => open() === 100, 'twenty are closed');
  expect(open()).toBe(100);
  const gone = sockets.filter((socket) => !socket.closed).slice(0, 50);
  for (const socket of gone) socket.destroy();
  await Promise.all(gone.map((socket) => (socket.closed ? null : once(socket, 'close'))));
  await waitUntil(async () => {
    const next = await hold(port, 1);
    return await isAnswered(next.sockets);
  }, 'the address is served again');
});

// A neighbour with a hundred connections that said nothing, or sent a body without an end, kept
// everybody else behind the same address from every page.
it.each([
  ['say nothing', ''],
  ['begin a request', 'GET / HTTP/1.1\r\nHost: '],
  ['never finish a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\na'],
  ['wait for an answer', 'GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n'],
])('a hundred connections that %s keep out nobody else at their address', async (_kind, sent) => {
  const { port, seen } = await serve({});
  const neighbour = await hold(port, 100);
  for (const socket of neighbour.sockets) socket.write(sent);
  if (/^POST|never/.test(sent)) await waitUntil(() => seen() === 100, 'the requests are under way');
  for (let visit = 0; visit < 20; visit++) {
    const { sockets } = await hold(port, 1);
    expect(await isAnswered(sockets)).toBe(true);
  }
});

it('a connection with a request under way outlasts those without one at its address', async () => {
  const { port, seen } = await serve({});
  const own = await hold(port, 1);
  own.sockets[0]?.write('GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await waitUntil(() => seen() === 1, 'the request is under way');
  const neighbour = await hold(port, 150);
  await waitUntil(() => neighbour.open() === 99, 'the oldest others are closed');
  expect(own.open()).toBe(1);
});

it('a shared network may hold ten times as many, and a proxy any number', async () => {
  for (const [limits, most] of [
    [{ shared: ['127.0.0.0/8'] }, 1_000],
    [{ uncounted: ['127.0.0.0/8'] }, 1_020],
  ] as const) {
    const { port } = await serve(limits);
    const { open } = await hold(port, 1_020);
    await waitUntil(() => open() === most, `${most} stay`);
  }
});

it('all addresses together may hold a quarter of the file descriptors', async () => {
  const { port } = await serve({ openFiles: 100, uncounted: ['127.0.0.0/8'] });
  const { open } = await hold(port, 40);
  await waitUntil(() => open() === 25, 'what is more is closed');
});

it('a crowd that holds all places gives way to connections from elsewhere', async () => {
  const { port } = await serve({ openFiles: 200 });
  const own = await hold(port, 1, '127.2.0.1');
  // Several addresses of one network, each below its own limit.
  const addresses = ['127.1.0.1', '127.1.1.1', '127.1.2.1'];
  const crowds = await Promise.all(addresses.map((address) => hold(port, 30, address)));
  const held = () => crowds.reduce((sum, { open }) => sum + open(), 0);
  await waitUntil(() => held() === 49, 'the crowd holds what is left');
  for (let visit = 0; visit < 20; visit++) {
    const { sockets } = await hold(port, 1, `127.${visit + 3}.0.1`);
    expect(await isAnswered(sockets)).toBe(true);
  }
  expect(await isAnswered(own.sockets)).toBe(true);
});

it('a request under way is not closed for the next connection of its own address', async () => {
  const underWay = new RequestsUnderWay();
  const server = createServer(underWay.oneAtATime((_request, response) => void response.write('begun')));
  limitWebConnections(server, { openFiles: 40, uncounted: [], shared: [], underWay });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stream = await hold(port, 1);
  expect(await isAnswered(stream.sockets)).toBe(true);
  const { open } = await hold(port, 15);
  await waitUntil(() => open() === 9, 'the oldest of the others are closed');
  expect(stream.open()).toBe(1);
});
