import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { limitWebConnections } from '../../../src/http/app/web-connections.ts';
import { waitUntil } from '../../support/wait-until.ts';

type Limits = Parameters<typeof limitWebConnections>[1];

async function serve(limits: Partial<Limits>): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) => void response.end('here'));
  limitWebConnections(server, { openFiles: null, uncounted: [], shared: [], ...limits });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
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
  const server = createServer((_request, response) => void response.write('begun'));
  limitWebConnections(server, { openFiles: 40, uncounted: [], shared: [] });
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
