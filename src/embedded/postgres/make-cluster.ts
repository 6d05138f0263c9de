// Makes a new cluster with initdb, whole or not at all: it gets its name only when it is finished.

import { execFile } from 'node:child_process';
import { chmod, chown, lstat, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import { EmbeddedError } from '../data-folder/embedded-error.ts';
import { canReach, type PostgresAccount } from './postgres-account.ts';
import type { PostgresFiles } from './postgres-files.ts';

const run = promisify(execFile);

export const SUPERUSER = 'postgres';
// macOS has no C.UTF-8.
const LOCALE = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
const INITDB_LIMIT_MS = 120_000;
// Only root needs it: a place that the unprivileged account can reach when the data folder is not.
const SYSTEM_DATA = '/var/lib/postern';

export interface ClusterRequest {
  readonly files: PostgresFiles;
  readonly initdb: string;
  readonly account: PostgresAccount;
  readonly password: Secret;
  readonly durability: 'synced' | 'unsynced';
  readonly log: Log;
}

export async function clusterExists(files: PostgresFiles): Promise<boolean> {
  return (await lstat(files.cluster).catch(() => null)) !== null;
}

/** Below /var/lib/postern, with a link, where `account` cannot enter. Throws EmbeddedError. */
export async function makeCluster(request: ClusterRequest): Promise<void> {
  const { files, account, log } = request;
  if (await canReach(account, files.dataFolder)) {
    await makeClusterAt(files.cluster, request);
    return;
  }
  const place = await makeReachablePlace(basename(files.cluster), account);
  log.warn(
    { event: 'embedded.cluster_elsewhere', place },
    'the account that runs Postgres cannot enter the data folder: the cluster is kept elsewhere, with a link to it',
  );
  await makeClusterAt(join(place, 'cluster'), request);
  await symlink(join(place, 'cluster'), files.cluster);
}

async function makeReachablePlace(name: string, account: PostgresAccount): Promise<string> {
  await mkdir(SYSTEM_DATA, { recursive: true });
  await chmod(SYSTEM_DATA, 0o711);
  const place = await mkdtemp(join(SYSTEM_DATA, `${name}-`));
  await giveTo(account, place);
  return place;
}

async function makeClusterAt(
  path: string,
  { initdb, account, password, durability, log }: ClusterRequest,
): Promise<void> {
  const draft = `${path}.new`;
  const passwordFile = `${draft}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await giveTo(account, draft);
  try {
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, password.reveal(), { mode: 0o600, flag: 'wx' });
    await giveTo(account, passwordFile);
    const options = [
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      `--locale=${LOCALE}`,
    ];
    if (durability === 'unsynced') options.push('--no-sync');
    log.debug({ event: 'embedded.making_cluster', path }, 'making a Postgres cluster');
    await run(initdb, [`--pgdata=${draft}`, ...options], { ...account, cwd: '/', env: {}, timeout: INITDB_LIMIT_MS });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new EmbeddedError(`initdb failed: ${errorOutput(cause)}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function giveTo(account: PostgresAccount, path: string): Promise<void> {
  if ('uid' in account) await chown(path, account.uid, account.gid);
}

function errorOutput(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const output = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return output === '' ? error.message : output;
}
