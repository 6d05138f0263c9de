import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { platform } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SocketEnd, SocketOwners } from '../../src/wire/socket-owner.ts';

const OURSELVES = platform() === 'linux' ? { kind: 'user', id: process.getuid?.() } : { kind: 'unknown' };
const NOBODY = { kind: platform() === 'linux' ? 'absent' : 'unknown' };

/** Both ends, as the server of the connection sees them. */
async function connected(listenAt: string, connectTo: string) {
  const server = createServer({ allowHalfOpen: true }).listen(0, listenAt);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const accepted = once(server, 'connection');
  const client = connect(address.port, connectTo);
  const [socket]: Socket[] = await accepted;
  onTestFinished(() => {
    client.destroy();
    socket?.destroy();
    server.close();
  });
  const own: SocketEnd = { address: socket?.remoteAddress ?? '', port: socket?.remotePort ?? 0 };
  const peer: SocketEnd = { address: socket?.localAddress ?? '', port: socket?.localPort ?? 0 };
  return { own, peer, client, socket };
}

describe('the owner of a socket', () => {
  const owners = new SocketOwners();

  it.each([
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
    ['IPv4 at a listener of both', '::', '127.0.0.2'],
  ])('is the Unix user who connected, by %s', async (_what, listenAt, connectTo) => {
    const { own, peer } = await connected(listenAt, connectTo);
    expect(await owners.find(own, peer)).toEqual(OURSELVES);
    const normal = { ...own, address: own.address.replace('::ffff:', '') };
    expect(await owners.find(normal, peer)).toEqual(OURSELVES);
  });

  it('is found for each of a crowd that asks at once', async () => {
    const ends = await Promise.all(Array.from({ length: 40 }, () => connected('127.0.0.1', '127.0.0.1')));
    const found = await Promise.all(ends.map(({ own, peer }) => owners.find(own, peer)));
    expect(found).toEqual(ends.map(() => OURSELVES));
  });

  it('is nobody for a connection that is not of this machine', async () => {
    const { own, peer } = await connected('127.0.0.1', '127.0.0.1');
    expect(await owners.find({ ...own, address: '203.0.113.7' }, peer)).toEqual(NOBODY);
  });

  // The kernel lists a closed socket with user 0: whoever said its packet and closed was taken for
  // root, and used what root's terminal was granted.
  it('is nobody once the user has closed it, while the other end stays open', async () => {
    const { own, peer, client, socket } = await connected('127.0.0.1', '127.0.0.1');
    client.end('user=root');
    client.destroy();
    socket?.resume();
    if (socket !== undefined) await once(socket, 'end');
    expect(await owners.find(own, peer)).toEqual(NOBODY);
  });
});
