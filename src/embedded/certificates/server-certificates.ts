// The certificates of the Postgres side: the configured ones, or a development certificate.

import type { Closers } from '../../closers.ts';
import type { Config } from '../../config/config.ts';
import type { Log } from '../../log.ts';
import { TlsCertificates } from '../../wire/tls-certificates.ts';
import { ensureDevelopmentCertificates } from './development-certificates.ts';

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
