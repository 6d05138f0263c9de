// Certificate authorities and certificates, made anew in each run.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { makePrivateKey, signCertificate } from '../../src/embedded/certificates/x509-certificate.ts';

export interface TestCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface TestCertificateOptions {
  /** DNS names and IP addresses; the first is the common name, too. */
  readonly names: readonly string[];
  /** From now; negative for one that has ended. 1 unless said otherwise. */
  readonly days?: number;
  /** What the holder may do with it; `server` unless said otherwise. */
  readonly use?: 'server' | 'client';
}

export interface TestCa {
  readonly caPem: string;
  issue(options: TestCertificateOptions): Promise<TestCertificate>;
}

const DAY_MS = 86_400_000;

/** An authority trusted only where its `caPem` is given. */
export async function makeTestCa(name = 'Test authority'): Promise<TestCa> {
  const privateKey = makePrivateKey();
  const issuer = { commonName: name, privateKey };
  const caPem = await signCertificate({
    commonName: name,
    publicKey: createPublicKey(privateKey),
    issuer,
    use: { kind: 'authority' },
    ...validFor(1),
  });
  return { caPem, issue: (options) => issueCertificate(issuer, options) };
}

async function issueCertificate(
  issuer: { commonName: string; privateKey: KeyObject },
  { names, days = 1, use = 'server' }: TestCertificateOptions,
): Promise<TestCertificate> {
  const privateKey = makePrivateKey();
  const certPem = await signCertificate({
    commonName: names[0] ?? 'nameless',
    publicKey: createPublicKey(privateKey),
    issuer,
    use: { kind: use, names },
    ...validFor(days),
  });
  return { certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function validFor(days: number): { validFrom: Date; validUntil: Date } {
  const until = Date.now() + days * DAY_MS;
  return { validFrom: new Date(Math.min(until, Date.now()) - DAY_MS), validUntil: new Date(until) };
}
