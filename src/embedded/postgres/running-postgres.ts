// Finds the embedded Postgres that another process of this machine serves, so that the command line can use it, too.

import type { Secret } from '../../secret.ts';
import { findLockHolder } from '../data-folder/folder-lock.ts';
import { superuserUrl } from './embedded-postgres.ts';
import { getPassword, postgresFilesIn, readLastPort } from './postgres-files.ts';
import type { EmbeddedVersion } from './postgres-package.ts';

/** The running server's superuser URL, database `postgres`; null when no living Postern serves this data folder. */
export async function findRunningPostgres(dataDir: string, version: EmbeddedVersion): Promise<Secret | null> {
  const files = postgresFilesIn(dataDir, version);
  if ((await findLockHolder(files.lock)) === null) return null;
  const port = await readLastPort(files);
  return port === null ? null : superuserUrl(await getPassword(files), port);
}
