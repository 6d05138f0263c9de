// Self-signed certificates of clients, as people make them, also with keys of all kinds.

import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateKey, signCertificate } from '../../src/embedded/certificates/x509-certificate.ts';
import type { TestCertificate } from './certificates-for-tests.ts';

const DAY_MS = 86_400_000;

export interface ClientCertificate extends TestCertificate {
  /** As Postern writes it: `SHA256:…` of the public key. */
  readonly fingerprint: string;
}

/** Another certificate for the same key where one is given. */
export async function makeClientCertificate(
  options: { readonly key?: KeyObject; readonly names?: readonly string[]; readonly days?: number } = {},
): Promise<ClientCertificate & { readonly key: KeyObject }> {
  const { key = makePrivateKey(), names = ['terminal.test'], days = 1 } = options;
  const publicKey = createPublicKey(key);
  const until = Date.now() + days * DAY_MS;
  const certPem = await signCertificate({
    commonName: 'terminal',
    publicKey,
    issuer: { commonName: 'terminal', privateKey: key },
    use: { kind: 'client', names },
    validFrom: new Date(Math.min(until, Date.now()) - DAY_MS),
    validUntil: new Date(until),
  });
  const digest = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return {
    certPem,
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    key,
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
  };
}

/** In files, as libpq reads them. */
export async function certificateFiles(
  folder: string,
  { certPem, keyPem }: TestCertificate,
): Promise<{ readonly PGSSLCERT: string; readonly PGSSLKEY: string }> {
  const files = { PGSSLCERT: join(folder, 'client.crt'), PGSSLKEY: join(folder, 'client.key') };
  await writeFile(files.PGSSLCERT, certPem);
  await writeFile(files.PGSSLKEY, keyPem, { mode: 0o600 });
  return files;
}
