// A real Postgres from the npm-shipped programs, from the lock on its folder to the shutdown.

import { realpath } from 'node:fs/promises';
import type { Log } from '../../log.ts';
import { Secret } from '../../secret.ts';
import { findLockHolder, lockFolder } from '../data-folder/folder-lock.ts';
import { keepPostgresRunning } from './keep-postgres-running.ts';
import { clusterExists, makeCluster, SUPERUSER } from './make-cluster.ts';
import { choosePostgresAccount, type PostgresAccount } from './postgres-account.ts';
import {
  getPassword,
  makeDataFolder,
  type PostgresFiles,
  postgresFilesIn,
  readLastPort,
  readOrMakePassword,
  rememberPort,
} from './postgres-files.ts';
import { type EmbeddedVersion, locatePostgresPackage } from './postgres-package.ts';
import { stopOrphanedPostgres } from './stop-postgres.ts';
import { findUsablePrograms } from './usable-programs.ts';

export interface EmbeddedPostgres {
  readonly adminUrl: Secret;
  /** On 127.0.0.1; the same after a restart, and at the next start if it is still free. */
  readonly port: number;
  readonly version: EmbeddedVersion;
  close(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made if missing; the cluster lies below it, in `postgres-<version>`. */
  readonly dataDir: string;
  readonly log: Log;
  readonly version?: EmbeddedVersion;
  /** Postgres settings by name; with `fsync: 'off'` the cluster is made unsynced, too. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Stops a server that was left behind. Throws EmbeddedError; nothing is left running then. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, version = 18, settings = {} } = options;
  const files = postgresFilesIn(options.dataDir, version);
  const postgresPackage = await locatePostgresPackage(version);
  await makeDataFolder(files.dataFolder);
  const lock = await lockFolder(files.lock);
  try {
    const account = await choosePostgresAccount(files.cluster);
    const { initdb, postgres } = await findUsablePrograms(postgresPackage, { account, log });
    const password = await prepareCluster(files, { account, initdb, options });
    const cluster = await realpath(files.cluster);
    await stopOrphanedPostgres(cluster, log);
    const urlAt = (port: number) => superuserUrl(password, port);
    const launch = { postgres, cluster, account, settings, log };
    const kept = await keepPostgresRunning({ launch, preferredPort: await readLastPort(files), urlAt });
    await rememberPort(files, kept.port);
    const close = () => kept.stop().finally(() => lock.release());
    return { adminUrl: urlAt(kept.port), port: kept.port, version, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

export function superuserUrl(password: Secret, port: number): Secret {
  return new Secret(`postgres://${SUPERUSER}:${password.reveal()}@127.0.0.1:${port}/postgres?sslmode=disable`);
}

async function prepareCluster(
  files: PostgresFiles,
  { account, initdb, options }: { account: PostgresAccount; initdb: string; options: EmbeddedPostgresOptions },
): Promise<Secret> {
  if (await clusterExists(files)) return getPassword(files);
  const password = await readOrMakePassword(files);
  const durability = options.settings?.fsync === 'off' ? 'unsynced' : 'synced';
  await makeCluster({ files, initdb, account, password, durability, log: options.log });
  return password;
}

/** Null when no living Postern serves this folder. */
export async function findRunningPostgres(dataDir: string, version: EmbeddedVersion): Promise<Secret | null> {
  const files = postgresFilesIn(dataDir, version);
  if ((await findLockHolder(files.lock)) === null) return null;
  const port = await readLastPort(files);
  return port === null ? null : superuserUrl(await getPassword(files), port);
}
