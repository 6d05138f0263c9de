// The keys of clients' certificates, in handshakes of a client and a server in memory of one
// process; each `TlsCertificates` stands for that of another node.

// NOTE: @peculiar/x509 fails to load without this polyfill, which must come first.
import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { type ConnectionOptions, connect, type SecureVersion } from 'node:tls';
import { X509CertificateGenerator } from '@peculiar/x509';
import { expect, it, onTestFinished } from 'vitest';
import { acceptTls } from '../../src/wire/accept-tls.ts';
import type { TlsCertificates } from '../../src/wire/tls-certificates.ts';
import { surviveErrors } from '../../src/wire/wait-on-stream.ts';
import { makeClientCertificate } from '../support/client-certificates.ts';
import { certificatesOnDisk } from './certificates-on-disk.ts';
import { socketPair } from './loopback.ts';

const SECRET = Buffer.alloc(32, 1);
const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]) };
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const satisfies readonly SecureVersion[];

it.each(VERSIONS)('a client without a certificate has no key, and resumes as ever (%s)', async (version) => {
  await using disk = await certificatesOnDisk(['a.test']);
  disk.certificates.useTicketSecret(SECRET);
  const first = await shake(disk.certificates, only(version), 'for_its_ticket');
  expect(first).toMatchObject({ key: null, isReused: false });
  const again = await shake(disk.certificates, { ...only(version), session: first.session });
  expect(again).toMatchObject({ key: null, isReused: true });
});

it.each(VERSIONS)('a session that another node resumes has the key it began with (%s)', async (version) => {
  await using disk = await certificatesOnDisk(['a.test']);
  const other = await disk.reopen();
  onTestFinished(() => other.close());
  for (const node of [disk.certificates, other]) node.useTicketSecret(SECRET);
  const { certPem: cert, keyPem: key, fingerprint } = await makeClientCertificate();
  const first = await shake(disk.certificates, { ...only(version), cert, key }, 'for_its_ticket');
  expect(first).toMatchObject({ key: fingerprint, isReused: false });
  // The client shows nothing again.
  const again = await shake(other, { ...only(version), session: first.session });
  expect(again).toMatchObject({ key: fingerprint, isReused: true });
});

it('a renewed certificate is the same key, a certificate of another key is not', async () => {
  await using disk = await certificatesOnDisk(['a.test']);
  const first = await makeClientCertificate();
  const renewed = await makeClientCertificate({ key: first.key, names: ['renewed.test'] });
  const other = await makeClientCertificate();
  const keys = [];
  for (const { certPem: cert, keyPem: key } of [first, renewed, other]) {
    keys.push((await shake(disk.certificates, { cert, key })).key);
  }
  expect(keys).toEqual([first.fingerprint, first.fingerprint, other.fingerprint]);
  expect(other.fingerprint).not.toBe(first.fingerprint);
});

it.each<[string, Parameters<typeof makeClientCertificate>[0]]>([
  ['has ended', { days: -10 }],
  // Some 40 kB of alternative names.
  ['has thousands of names', { names: Array.from({ length: 1_500 }, (_, at) => `a${at}.terminals.example.test`) }],
])('a certificate that %s is a key like any other', async (_what, options) => {
  await using disk = await certificatesOnDisk(['a.test']);
  disk.certificates.useTicketSecret(SECRET);
  const { certPem: cert, keyPem: key, fingerprint } = await makeClientCertificate(options);
  expect(await shake(disk.certificates, { cert, key })).toMatchObject({ key: fingerprint });
});

it('a certificate beyond 100 kB ends the handshake and nothing else', async () => {
  await using disk = await certificatesOnDisk(['a.test']);
  const names = Array.from({ length: 6_000 }, (_, at) => `a${at}.terminals.example.test`);
  const { certPem: cert, keyPem: key } = await makeClientCertificate({ names });
  await expect(shake(disk.certificates, { cert, key })).rejects.toThrow('handshake failed');
  expect(await shake(disk.certificates, {})).toMatchObject({ key: null });
});

const OTHER_KEYS = {
  RSA: () => crypto.subtle.generateKey({ ...RSA, hash: 'SHA-256' }, true, ['sign', 'verify']),
  'P-521': () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-521' }, true, ['sign', 'verify']),
};

it.each(['RSA', 'P-521'] as const)('a key of %s is a key', async (kind) => {
  await using disk = await certificatesOnDisk(['a.test']);
  const keys = await OTHER_KEYS[kind]();
  const signingAlgorithm = { name: keys.privateKey.algorithm.name, hash: 'SHA-256' };
  const certificate = await X509CertificateGenerator.createSelfSigned({ keys, signingAlgorithm });
  const key = `${KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })}`;
  const shown = await shake(disk.certificates, { cert: certificate.toString('pem'), key });
  expect(shown.key).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});

function only(version: SecureVersion): ConnectionOptions {
  return { minVersion: version, maxVersion: version };
}

async function shake(certificates: TlsCertificates, options: ConnectionOptions, why = 'for_its_facts') {
  await using pair = await socketPair();
  const signal = AbortSignal.timeout(10_000);
  const accepting = acceptTls(pair.near, certificates, { kind: 'after_ssl_request', asksForKey: true, signal });
  accepting.catch(() => {});
  const client = connect({ socket: pair.far, rejectUnauthorized: false, ...options });
  surviveErrors(client);
  const ticket = once(client, 'session');
  const { socket, tls } = await accepting;
  const answered = once(client, 'data');
  socket.write('Z');
  await answered;
  const [session] = why === 'for_its_ticket' ? await ticket : [];
  return { key: tls.clientKey, isReused: client.isSessionReused(), session };
}
