import { once } from 'node:events';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { connectTls, connectTlsBounded, MOST_HANDSHAKE_BYTES } from '../../../src/wire/dial/bounded-handshake.ts';
import { makeTestCa } from '../../support/certificates-for-tests.ts';
import { portOf } from '../loopback.ts';

const { signal } = new AbortController();
const ca = await makeTestCa();
const options = { host: 'db.test', servername: 'db.test', ca: ca.caPem };

async function serverWith(names: readonly string[], serve: (socket: TLSSocket) => void = endWithPeer) {
  const { certPem: cert, keyPem: key } = await ca.issue({ names });
  const server = createServer({ cert, key }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function endWithPeer(socket: TLSSocket): void {
  socket.resume().on('end', () => socket.end());
}

async function plainTo(server: Parameters<typeof portOf>[0]): Promise<Socket> {
  const plain = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true });
  plain.on('error', () => {});
  await once(plain, 'connect');
  return plain;
}

describe('a server that a tenant names', () => {
  it('may not show certificates of any size, as one of an operator may', async () => {
    const many = Array.from({ length: 700 }, (_none, at) => `n${at}.databases.example.test`);
    await using server = await serverWith(['db.test', ...many]);
    const plain = await plainTo(server);
    await expect(connectTlsBounded(plain, options, signal)).rejects.toThrow(`more than ${MOST_HANDSHAKE_BYTES} bytes`);
    expect(plain.destroyed).toBe(true);
    const trusted = await connectTls(await plainTo(server), options, signal);
    trusted.destroy();
  });

  it('sends as much as it likes once it is known', async () => {
    const sent = Buffer.alloc(1_000_000, 'a');
    await using server = await serverWith(['db.test'], (socket) => {
      socket.once('data', () => socket.end(sent));
    });
    const socket = await connectTlsBounded(await plainTo(server), options, signal);
    socket.write('more');
    let size = 0;
    for await (const chunk of socket) size += chunk.length;
    expect(size).toBe(sent.length);
    socket.destroy();
  });

  it('chooses no numbers for Diffie-Hellman', async () => {
    const said: Buffer[] = [];
    await using server = createTcpServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', (bytes: Buffer) => {
          said.push(bytes);
          socket.destroy();
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(connectTlsBounded(await plainTo(server), options, signal)).rejects.toThrow();
    const offered = suitesIn(said[0] ?? Buffer.alloc(0));
    expect(offered).toContain('c02b');
    // RFC 5288, 5246 and 7905: the first of those with DHE.
    for (const suite of ['009e', '009f', '0033', '0039', '0067', '006b', 'ccaa']) expect(offered).not.toContain(suite);
  });
});

/** RFC 8446, 4.1.2: behind the headers, the version, 32 random bytes and a session id. */
function suitesIn(hello: Buffer): string[] {
  const at = 43 + 1 + hello.readUInt8(43);
  const list = hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at)).toString('hex');
  return list.match(/.{4}/g) ?? [];
}
