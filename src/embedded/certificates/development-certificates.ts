// The certificates of the Postgres side: the configured ones, or a server certificate that the
// development authority signs; both are kept on disk.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Closers } from '../../async/closers.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { Log } from '../../log.ts';
import { TlsCertificates } from '../../wire/tls-certificates.ts';
import { EmbeddedError, isErrorCode } from '../data-folder/embedded-error.ts';
import { createWholeFile, replaceWholeFile } from '../data-folder/whole-file.ts';
import type { CertificateRequest } from './x509-certificate.ts';

export interface DevelopmentCertificates {
  readonly certPath: string;
  readonly keyPath: string;
  readonly caPath: string;
}

export interface DevelopmentCertificateOptions {
  readonly directory: string;
  readonly names: readonly string[];
  readonly clock?: Clock;
}

const AUTHORITY_NAME = 'Postern development authority';
const DAY_MS = 86_400_000;
const AUTHORITY_LIFE_MS = 3_650 * DAY_MS;
// Browsers refuse a server certificate that lives longer than 398 days.
const SERVER_LIFE_MS = 365 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;
// For clients whose clock is slow.
const BACKDATED_MS = DAY_MS;
const LONGEST_COMMON_NAME = 64;

/** Renewed 30 days before the end and for other names. Throws EmbeddedError for a bad key file. */
export async function ensureDevelopmentCertificates(
  options: DevelopmentCertificateOptions,
): Promise<DevelopmentCertificates> {
  const { directory } = options;
  const now = (options.clock ?? systemClock).now();
  const names = allNames(options.names);
  await mkdir(directory, { recursive: true });
  const authority = await ensureAuthority(directory, now);
  const certPath = join(directory, 'server.crt');
  const keyPath = join(directory, 'server.key');
  const privateKey = await ensureKey(keyPath);
  const current = await readCertificate(certPath);
  if (
    current === null ||
    !isFit(current, { now, privateKey, authority: authority.privateKey }) ||
    !hasNames(current, names)
  ) {
    await writeCertificate(certPath, {
      commonName: (names[0] ?? 'localhost').slice(0, LONGEST_COMMON_NAME),
      publicKey: createPublicKey(privateKey),
      issuer: { commonName: AUTHORITY_NAME, privateKey: authority.privateKey },
      use: { kind: 'server', names },
      ...validity(now, SERVER_LIFE_MS),
    });
  }
  return { certPath, keyPath, caPath: authority.certPath };
}

async function ensureAuthority(directory: string, now: Date): Promise<{ certPath: string; privateKey: KeyObject }> {
  const certPath = join(directory, 'ca.crt');
  const privateKey = await ensureKey(join(directory, 'ca.key'));
  const current = await readCertificate(certPath);
  if (current === null || !isFit(current, { now, privateKey, authority: privateKey })) {
    await writeCertificate(certPath, {
      commonName: AUTHORITY_NAME,
      publicKey: createPublicKey(privateKey),
      issuer: { commonName: AUTHORITY_NAME, privateKey },
      use: { kind: 'authority' },
      ...validity(now, AUTHORITY_LIFE_MS),
    });
  }
  return { certPath, privateKey };
}

// Loaded only when a certificate has to be made, since it takes long.
async function writeCertificate(path: string, request: CertificateRequest): Promise<void> {
  const { signCertificate } = await import('./x509-certificate.ts');
  await replaceWholeFile(path, { text: await signCertificate(request), mode: 0o644 });
}

/** Of several processes that create it at the same time, all use the first. */
async function ensureKey(path: string): Promise<KeyObject> {
  const made = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  await createWholeFile(path, { text: made, mode: 0o600 });
  try {
    return createPrivateKey(await readFile(path));
  } catch (cause) {
    throw new EmbeddedError(`${path} holds no usable private key: remove it and ${path.replace(/key$/, 'crt')}`, {
      cause,
    });
  }
}

async function readCertificate(path: string): Promise<X509Certificate | null> {
  try {
    return new X509Certificate(await readFile(path));
  } catch (error) {
    // Something that is no certificate is replaced like one that has ended.
    if (isErrorCode(error, 'ENOENT') || (error instanceof Error && /PEM|asn1|wrong tag/i.test(error.message)))
      return null;
    throw error;
  }
}

function isFit(
  certificate: X509Certificate,
  expected: { now: Date; privateKey: KeyObject; authority: KeyObject },
): boolean {
  const endsAt = Date.parse(certificate.validTo);
  return (
    certificate.checkPrivateKey(expected.privateKey) &&
    certificate.verify(createPublicKey(expected.authority)) &&
    endsAt - expected.now.getTime() > RENEW_BEFORE_MS
  );
}

function hasNames(certificate: X509Certificate, names: readonly string[]): boolean {
  const count = certificate.subjectAltName?.split(', ').length ?? 0;
  const isFor = (name: string) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name));
  return count === names.length && names.every((name) => isFor(name) !== undefined);
}

function allNames(names: readonly string[]): string[] {
  const own = ['localhost', '127.0.0.1', '::1', hostname()];
  return [...new Set([...own, ...names].map((name) => name.toLowerCase()))].filter((name) => /^[\w.:-]+$/.test(name));
}

function validity(now: Date, lifeMs: number): { validFrom: Date; validUntil: Date } {
  return { validFrom: new Date(now.getTime() - BACKDATED_MS), validUntil: new Date(now.getTime() + lifeMs) };
}

/** Below the working directory, so that people find the authority for their clients to trust. */
const DIRECTORY = 'certs';

/** Throws an Error naming the file that cannot be used. */
export async function openServerCertificates(
  { pg }: Config,
  { log, closers }: { log: Log; closers: Closers },
): Promise<TlsCertificates> {
  const certificates = await TlsCertificates.load({ ...(await certificatePaths(pg)), log });
  closers.add('certificates', () => certificates.close());
  return certificates;
}

/** Once, before several nodes want the development certificate. */
export async function ensureServerCertificates({ pg }: Config): Promise<void> {
  await certificatePaths(pg);
}

async function certificatePaths({ certPaths, keyPaths, publicHost }: Config['pg']) {
  if (certPaths.length > 0) return { certPaths, keyPaths };
  const names = publicHost === null ? [] : [publicHost];
  const { certPath, keyPath } = await ensureDevelopmentCertificates({ directory: DIRECTORY, names });
  return { certPaths: [certPath], keyPaths: [keyPath] };
}
