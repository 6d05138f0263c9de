// The key and the certificate of a terminal, where libpq looks for them, or beside what is there.

import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createWholeFile } from '../../embedded/data-folder/whole-file.ts';

export interface OwnKey {
  readonly certPath: string;
  readonly keyPath: string;
  readonly certPem: string;
  readonly keyPem: string;
  /** As Postern's pages write it. */
  readonly fingerprint: string;
}

/** By which a certificate of ours is told from others in the same folder. */
const COMMON_NAME = 'postern terminal';
const YEARS_MS = 10 * 365 * 86_400_000;
const DAY_MS = 86_400_000;
/** libpq's own names first (PostgreSQL documentation, "Client Certificates"). */
const STEMS = ['postgresql', 'postern'];

/** Made where there is none of ours yet; files of others are left as they are. */
export async function ensureOwnKey(folder: string): Promise<OwnKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const stem of STEMS) {
    const paths = { certPath: join(folder, `${stem}.crt`), keyPath: join(folder, `${stem}.key`) };
    const found = await readOwnKey(paths);
    if (found !== null) return found;
    if (await isFree(paths)) return await makeKey(paths);
  }
  throw new Error(`${STEMS.map((stem) => join(folder, `${stem}.crt`)).join(' and ')} are in use by something else`);
}

type KeyPaths = Pick<OwnKey, 'certPath' | 'keyPath'>;

/** Null where it is missing, or was not made by `postern connect`. */
export async function readOwnKey(paths: KeyPaths): Promise<OwnKey | null> {
  const [certPem, keyPem] = await Promise.all([readIfThere(paths.certPath), readIfThere(paths.keyPath)]);
  if (certPem === null || keyPem === null) return null;
  const certificate = parsed(certPem);
  if (certificate?.subject !== `CN=${COMMON_NAME}`) return null;
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const digest = createHash('sha256').update(spki).digest('base64').replace(/=+$/, '');
  return { ...paths, certPem, keyPem, fingerprint: `SHA256:${digest}` };
}

/** The folder goes, too, where nothing else is in it. */
export async function removeOwnKey(folder: string, { certPath, keyPath }: KeyPaths): Promise<void> {
  await Promise.all([rm(certPath, { force: true }), rm(keyPath, { force: true })]);
  // Anything else in it keeps it.
  await rmdir(folder).catch(() => {});
}

async function makeKey(paths: KeyPaths): Promise<OwnKey> {
  // Loaded only here, since it takes long.
  const { makePrivateKey, signCertificate } = await import('../../embedded/certificates/x509-certificate.ts');
  const privateKey = makePrivateKey();
  const now = Date.now();
  const certPem = await signCertificate({
    commonName: COMMON_NAME,
    publicKey: createPublicKey(privateKey),
    issuer: { commonName: COMMON_NAME, privateKey },
    use: { kind: 'client', names: ['terminal.invalid'] },
    validFrom: new Date(now - DAY_MS),
    validUntil: new Date(now + YEARS_MS),
  });
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // libpq refuses a key that others can read.
  await createWholeFile(paths.keyPath, { text: keyPem, mode: 0o600 });
  await createWholeFile(paths.certPath, { text: certPem, mode: 0o600 });
  const made = await readOwnKey(paths);
  if (made === null) throw new Error(`${paths.keyPath} belongs to something else`);
  return made;
}

async function isFree({ certPath, keyPath }: KeyPaths): Promise<boolean> {
  const there = await Promise.all([readIfThere(certPath), readIfThere(keyPath)]);
  return there.every((text) => text === null);
}

function parsed(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
