// TLS session tickets across processes: each `TlsCertificates` stands for that of another node.

import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { acceptTls } from '../../src/wire/accept-tls.ts';
import type { TlsCertificates } from '../../src/wire/tls-certificates.ts';
import { type CertificatesOnDisk, certificatesOnDisk } from './certificates-on-disk.ts';

const SECRET = Buffer.alloc(32, 1);
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const satisfies readonly SecureVersion[];

it.each(VERSIONS)('are resumed by another node with the same secret (%s)', async (version) => {
  await using disk = await certificatesOnDisk(['a.test']);
  const other = await sameFiles(disk);
  for (const node of [disk.certificates, other]) node.useTicketSecret(SECRET);
  const { session } = await handshake(disk, disk.certificates, { version });
  expect(await handshake(disk, other, { version, session })).toMatchObject({ isReused: true });
});

it.each(VERSIONS)('begin anew with another secret (%s)', async (version) => {
  await using disk = await certificatesOnDisk(['a.test']);
  disk.certificates.useTicketSecret(SECRET);
  const { session } = await handshake(disk, disk.certificates, { version });
  disk.certificates.useTicketSecret(Buffer.alloc(32, 2));
  expect(await handshake(disk, disk.certificates, { version, session })).toMatchObject({ isReused: false });
});

// A client binds its password to the certificate that its session began with.
it.each(VERSIONS)('begin anew with a new certificate (%s)', async (version) => {
  await using disk = await certificatesOnDisk(['a.test']);
  disk.certificates.useTicketSecret(SECRET);
  const { session } = await handshake(disk, disk.certificates, { version });
  await disk.replace(0, await disk.issue(['a.test']));
  await disk.certificates.reload();
  expect(await handshake(disk, disk.certificates, { version, session })).toMatchObject({ isReused: false });
});

async function sameFiles({ reopen }: CertificatesOnDisk): Promise<TlsCertificates> {
  const other = await reopen();
  onTestFinished(() => other.close());
  return other;
}

interface Handshake {
  readonly version: SecureVersion;
  readonly session?: Buffer;
}

async function handshake(
  { caPem }: CertificatesOnDisk,
  certificates: TlsCertificates,
  { version, session }: Handshake,
): Promise<{ readonly session: Buffer; readonly isReused: boolean }> {
  const server = createServer().listen(0, '127.0.0.1');
  const accepted = once(server, 'connection');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  const plain = connectTcp(address.port, '127.0.0.1');
  const options = { kind: 'after_ssl_request', asksForKey: true, signal: new AbortController().signal } as const;
  const serving = accepted.then(([socket]: Socket[]) => acceptTls(required(socket), certificates, options));
  const versions = { minVersion: version, maxVersion: version };
  const client = connectTls({
    socket: plain,
    ca: caPem,
    servername: 'a.test',
    ...versions,
    ...(session && { session }),
  });
  // A resumed session may bring no new ticket.
  const ticket = session === undefined ? once(client, 'session') : [session];
  const { socket } = await serving;
  socket.write('Z');
  const [[sent]] = await Promise.all([ticket, once(client, 'data')]);
  const isReused = client.isSessionReused();
  client.destroy();
  socket.destroy();
  server.close();
  return { session: sent, isReused };
}

function required(socket: Socket | undefined): Socket {
  if (socket === undefined) throw new Error('nobody connected');
  return socket;
}
