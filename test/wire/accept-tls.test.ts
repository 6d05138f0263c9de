import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { ProtocolViolation } from '../../src/protocol/protocol-violation.ts';
import { acceptTls, ClientTlsFailed } from '../../src/wire/accept-tls.ts';
import { readStartupPacket } from '../../src/wire/read-startup-packet.ts';
import { surviveErrors } from '../../src/wire/wait-on-stream.ts';
import { builtStartupPacket, hex } from '../protocol/packet-fixtures.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type CertificatesOnDisk, certificatesOnDisk } from './certificates-on-disk.ts';
import { type SocketPair, socketPair } from './loopback.ts';

const never = new AbortController().signal;
const STARTUP = builtStartupPacket(196_608, ['user', 'alice'], '\0');
const DIRECT = { ALPNProtocols: ['postgresql'] };

describe('a handshake after SSLRequest', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('with %s yields an encrypted socket and its facts', async (version) => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const options = { servername: 'gate.test', minVersion: version, maxVersion: version };
    const { accepted, client } = await handshake(pair, disk, { kind: 'after_ssl_request', options });
    expect(accepted.tls).toMatchObject({ version, serverName: 'gate.test', alpn: null });
    expect(accepted.tls.certificateDer).toEqual(client.getPeerCertificate().raw);
    client.write(STARTUP);
    expect(await readStartupPacket(accepted.socket, never)).toMatchObject({ packet: { startup: { user: 'alice' } } });
  });

  it('serves the certificate of the requested name, also after a reload', async () => {
    await using disk = await certificatesOnDisk(['gate.test'], ['eu.test']);
    await using pair = await socketPair();
    const options = { servername: 'eu.test' };
    const { accepted, client } = await handshake(pair, disk, { kind: 'after_ssl_request', options });
    const served = client.getPeerCertificate().raw;
    await disk.replace(1, await disk.issue(['eu.test']));
    await disk.certificates.reload();
    expect(disk.certificates.choose('eu.test').der).not.toEqual(served);
    expect(accepted.tls.certificateDer).toEqual(served);
  });

  it('without a name serves the first certificate', async () => {
    await using disk = await certificatesOnDisk(['gate.test'], ['eu.test']);
    await using pair = await socketPair();
    const { accepted } = await handshake(pair, disk, { kind: 'after_ssl_request', options: {} });
    expect(accepted.tls.serverName).toBeNull();
    expect(accepted.tls.certificateDer).toEqual(disk.certificates.choose(null).der);
  });

  // CVE-2021-23214
  it('refuses bytes that came before it and feeds none of them into TLS', async () => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    pair.far.write(Buffer.concat([hex('00000008 04d2162f'), STARTUP]));
    await readStartupPacket(pair.near, never);
    const accepting = acceptTls(pair.near, disk.certificates, {
      kind: 'after_ssl_request',
      asksForKey: true,
      signal: never,
    });
    await expect(accepting).rejects.toThrow(ProtocolViolation);
    expect(pair.near.destroyed).toBe(true);
  });

  it('refuses TLS 1.1', async () => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const options: ConnectionOptions = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    const handshaking = handshake(pair, disk, { kind: 'after_ssl_request', options });
    await expect(handshaking).rejects.toThrow(ClientTlsFailed);
  });
});

describe('a direct handshake', () => {
  it('takes the ClientHello that was peeked at', async () => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const client = connectTls(pair, DIRECT);
    expect(await readStartupPacket(pair.near, never)).toEqual({ kind: 'tls_client_hello' });
    const { tls } = await acceptTls(pair.near, disk.certificates, { kind: 'direct', asksForKey: true, signal: never });
    expect(tls.alpn).toBe('postgresql');
    client.destroy();
  });

  it.each([
    ['without ALPN', {}],
    ['for another protocol', { ALPNProtocols: ['h2'] }],
  ])('%s is refused', async (_name, options) => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    await expect(handshake(pair, disk, { kind: 'direct', options })).rejects.toThrow(ClientTlsFailed);
    await waitUntil(() => pair.near.destroyed, 'the socket is closed');
  });
});

describe('a handshake that does not come about', () => {
  it.each([
    ['garbage', (pair: SocketPair) => pair.far.write('not TLS at all, in no version')],
    ['a FIN', (pair: SocketPair) => pair.far.end(hex('160301'))],
    ['a reset', (pair: SocketPair) => pair.far.resetAndDestroy()],
  ])('because of %s is thrown', async (_name, act) => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const accepting = acceptTls(pair.near, disk.certificates, { kind: 'direct', asksForKey: true, signal: never });
    act(pair);
    await expect(accepting).rejects.toThrow(ClientTlsFailed);
  });

  // Node hands the bytes that a socket has read to the TLS above it, but not the end that it has
  // read.
  it.each([
    ['a FIN', (pair: SocketPair) => pair.far.end()],
    ['a reset', (pair: SocketPair) => pair.far.resetAndDestroy()],
  ])('because %s came while it waited for its turn is thrown', async (_name, hangUp) => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    pair.far.write(hex('1603010100'));
    await readStartupPacket(pair.near, never);
    hangUp(pair);
    await waitUntil(() => pair.near.destroyed || Reflect.get(pair.near, '_readableState').ended, 'the end has come');
    const accepting = acceptTls(pair.near, disk.certificates, {
      kind: 'after_client_hello',
      asksForKey: true,
      signal: never,
    });
    await expect(accepting).rejects.toThrow(ClientTlsFailed);
  });

  it('because the client is silent ends with the signal’s reason', async () => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const deadline = new AbortController();
    const accepting = acceptTls(pair.near, disk.certificates, {
      kind: 'direct',
      asksForKey: true,
      signal: deadline.signal,
    });
    deadline.abort(new Error('too slow'));
    await expect(accepting).rejects.toThrow('too slow');
    expect(pair.near.destroyed).toBe(true);
  });
});

describe('an encrypted socket', () => {
  // Node reports a broken record of a TLSSocket made by hand in '_tlsError' only, and goes on as if
  // nothing had been.
  it('is closed by a record that does not decrypt', async () => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const { accepted, client } = await handshake(pair, disk, { kind: 'after_ssl_request', options: {} });
    accepted.socket.resume();
    client.removeAllListeners('data');
    // Below TLS: the plain socket under the client's is written to by hand.
    Reflect.apply(Reflect.get(pair.far, '_handle').writeUtf8String, Reflect.get(pair.far, '_handle'), [
      {},
      'x'.repeat(64),
    ]);
    await waitUntil(() => accepted.socket.destroyed && pair.near.destroyed, 'both sockets are closed');
    expect(accepted.socket.errored).toBeInstanceOf(ClientTlsFailed);
  });

  it('that fails while nobody listens for errors does not end the process', async () => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const { accepted, client } = await handshake(pair, disk, { kind: 'after_ssl_request', options: {} });
    // Node's close sends a FIN and no reset while the session tickets are unread.
    accepted.socket.resume().write('hello');
    await once(client, 'data');
    pair.far.resetAndDestroy();
    await waitUntil(() => accepted.socket.destroyed, 'the failure arrives');
  });

  it('passes a half-close on: the client’s side ends, ours can still write', async () => {
    await using disk = await certificatesOnDisk(['gate.test']);
    await using pair = await socketPair();
    const { accepted, client } = await handshake(pair, disk, { kind: 'after_ssl_request', options: {} });
    client.end('last words');
    const received: Buffer[] = [];
    accepted.socket.on('data', (chunk: Buffer) => received.push(chunk));
    await once(accepted.socket, 'end');
    expect(Buffer.concat(received).toString()).toBe('last words');
    accepted.socket.end('still here');
    const [reply] = await once(client, 'data');
    expect(String(reply)).toBe('still here');
  });
});

interface Handshake {
  readonly kind: 'after_ssl_request' | 'direct';
  readonly options: ConnectionOptions;
}

async function handshake(pair: SocketPair, disk: CertificatesOnDisk, { kind, options }: Handshake) {
  const accepting = acceptTls(pair.near, disk.certificates, { kind, asksForKey: true, signal: never });
  const client = connectTls(pair, options);
  const accepted = await accepting;
  // With TLS 1.3 the server is done a little before the client.
  await waitUntil(() => !Reflect.get(client, 'secureConnecting'), 'the client is done');
  return { accepted, client };
}

function connectTls({ far }: SocketPair, options: ConnectionOptions): TLSSocket {
  const client = connect({ socket: far, rejectUnauthorized: false, ...options });
  surviveErrors(client);
  return client;
}
