import { execFileSync } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makePrivateKey, signCertificate } from '../../../src/embedded/certificates/x509-certificate.ts';
import { makeTestCa, type TestCertificate } from '../../support/certificates-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a certificate', () => {
  it('is accepted by OpenSSL under its strictest rules', async () => {
    const ca = await makeTestCa();
    const { certPem } = await ca.issue({ names: ['localhost', '127.0.0.1', '::1'] });
    await using files = await filesOf({ 'ca.pem': ca.caPem, 'leaf.pem': certPem });
    const verify = (...options: string[]) =>
      openssl('verify', '-x509_strict', '-CAfile', files('ca.pem'), ...options, files('leaf.pem'));
    expect(verify('-purpose', 'sslserver', '-verify_hostname', 'localhost')).toContain(': OK');
    expect(verify('-purpose', 'sslserver', '-verify_ip', '::1')).toContain(': OK');
    expect(() => verify('-purpose', 'sslclient')).toThrow('unsuitable certificate purpose');
    expect(() => verify('-verify_hostname', 'elsewhere')).toThrow('hostname mismatch');
  });

  it('carries its names, DNS and both kinds of address', async () => {
    const { certPem } = await (await makeTestCa()).issue({
      names: ['db.example.com', '*.example.org', '10.1.2.3', '2001:db8::a'],
    });
    expect(new X509Certificate(certPem).subjectAltName).toBe(
      'DNS:db.example.com, DNS:*.example.org, IP Address:10.1.2.3, IP Address:2001:DB8:0:0:0:0:0:A',
    );
  });

  it('says when it begins and ends, in this century and after 2050', async () => {
    const privateKey = makePrivateKey();
    const certificate = new X509Certificate(
      await signCertificate({
        commonName: 'far',
        publicKey: createPublicKey(privateKey),
        issuer: { commonName: 'far', privateKey },
        use: { kind: 'authority' },
        validFrom: new Date('2031-02-03T04:05:06Z'),
        validUntil: new Date('2061-12-31T23:59:59Z'),
      }),
    );
    expect(Date.parse(certificate.validFrom)).toBe(Date.parse('2031-02-03T04:05:06Z'));
    expect(Date.parse(certificate.validTo)).toBe(Date.parse('2061-12-31T23:59:59Z'));
    expect(certificate.ca).toBe(true);
  });

  it('is well-formed DER whatever the lengths inside', async () => {
    const ca = await makeTestCa('Ä'.repeat(32));
    const manyNames = Array.from({ length: 300 }, (_, index) => `host-${index}.some.rather.long.example.com`);
    for (const names of [['a'], ['a'.repeat(63)], manyNames]) {
      await using files = await filesOf({ 'ca.pem': ca.caPem, 'leaf.pem': (await ca.issue({ names })).certPem });
      expect(openssl('verify', '-x509_strict', '-CAfile', files('ca.pem'), files('leaf.pem'))).toContain(': OK');
      expect(openssl('asn1parse', '-in', files('leaf.pem'))).not.toContain('Error');
    }
  });
});

describe('a TLS handshake', () => {
  it('succeeds with the authority given and the name right', async () => {
    const ca = await makeTestCa();
    expect(await handshake(await ca.issue({ names: ['db.test'] }), { ca: ca.caPem, servername: 'db.test' })).toBe(
      'authorized',
    );
  });

  it('fails for another name, another authority and an ended certificate', async () => {
    const ca = await makeTestCa();
    const good = await ca.issue({ names: ['db.test'] });
    const ended = await ca.issue({ names: ['db.test'], days: -1 });
    expect(await handshake(good, { ca: ca.caPem, servername: 'other.test' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await handshake(good, { ca: (await makeTestCa('Other')).caPem, servername: 'db.test' })).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    expect(await handshake(ended, { ca: ca.caPem, servername: 'db.test' })).toBe('CERT_HAS_EXPIRED');
  });
});

/** How a client sees that server: `authorized`, or the code of its refusal. */
async function handshake(certificate: TestCertificate, client: { ca: string; servername: string }): Promise<string> {
  const server = createServer({ cert: certificate.certPem, key: certificate.keyPem });
  server.on('tlsClientError', () => {
    // The client's refusal as the server sees it; the test looks at the client's side.
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ ...client, host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  try {
    await once(socket, 'secureConnect');
    return socket.authorized ? 'authorized' : String(socket.authorizationError);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    socket.destroy();
    server.close();
  }
}

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

async function filesOf(texts: Record<string, string>): Promise<AsyncDisposable & ((name: string) => string)> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder.path, name), text);
  const pathOf = (name: string) => join(folder.path, name);
  return Object.assign(pathOf, { [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() });
}
