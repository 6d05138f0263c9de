import { createHash, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tlsServerEndPoint } from '../../src/protocol/tls-server-end-point.ts';
import { hex, SEED } from './packet-fixtures.ts';
import { pgCertificates } from './pg-scram-client.ts';

// Node's own list of authorities: real certificates, signed in several ways.
const CERTIFICATES = rootCertificates.map((pem) => new X509Certificate(pem).raw);

/**
 * The smallest thing with a certificate's shape: empty tbsCertificate, the algorithm, no signature.
 */
function certificateSignedBy(algorithmHex: string): Buffer {
  const oid = hex(algorithmHex);
  const algorithm = Buffer.concat([Buffer.of(0x30, oid.length + 2, 0x06, oid.length), oid]);
  return Buffer.concat([Buffer.of(0x30, algorithm.length + 2, 0x30, 0x00), algorithm]);
}

describe('binding to a certificate', () => {
  it('takes the hash that node-postgres takes, for every real certificate at hand', () => {
    const hashes = new Set<string>();
    for (const certificate of CERTIFICATES) {
      const theirs = pgCertificates.signatureAlgorithmHashFromCertificate(certificate);
      const name = ['MD5', 'SHA-1'].includes(theirs) ? 'SHA-256' : theirs;
      hashes.add(name);
      expect(tlsServerEndPoint(certificate)).toEqual({
        kind: 'tls-server-end-point',
        data: createHash(name.replace('-', '')).update(certificate).digest(),
      });
    }
    expect([...hashes].sort()).toEqual(['SHA-256', 'SHA-384', 'SHA-512']);
  });

  it.each([
    ['md5WithRSAEncryption', '2a864886f70d010104', 'sha256'],
    ['ecdsa-with-SHA1', '2a8648ce3d0401', 'sha256'],
    ['ecdsa-with-SHA256', '2a8648ce3d040302', 'sha256'],
    ['ecdsa-with-SHA512', '2a8648ce3d040304', 'sha512'],
    ['sha224WithRSAEncryption', '2a864886f70d01010e', 'sha224'],
  ])('%s is bound to', (_name, algorithm, hash) => {
    const certificate = certificateSignedBy(algorithm);
    const data = createHash(hash).update(certificate).digest();
    expect(tlsServerEndPoint(certificate)).toEqual({ kind: 'tls-server-end-point', data });
  });

  it.each([
    ['Ed25519', '2b6570'],
    ['Ed448', '2b6571'],
    ['RSASSA-PSS', '2a864886f70d01010a'],
  ])('%s is not, so that -PLUS is not offered', (_name, algorithm) => {
    expect(tlsServerEndPoint(certificateSignedBy(algorithm))).toEqual({ kind: 'none' });
  });

  it('what is no certificate is not bound to, however it is cut', () => {
    const [certificate = hex('')] = CERTIFICATES;
    for (const bytes of [0, 1, 2, 3, 4, 5, 8, 100, certificate.length - 1]) {
      expect(tlsServerEndPoint(certificate.subarray(0, bytes)), `${bytes} bytes`).toEqual({ kind: 'none' });
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(tlsServerEndPoint(Buffer.concat([hex('30'), bytes])).kind).toBeTypeOf('string');
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
