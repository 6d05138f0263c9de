// Makes Postgres' programs runnable by the account that runs them, from a copy where need be.

import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log } from '../../log.ts';
import { EmbeddedError } from '../data-folder/embedded-error.ts';
import { canReach, type PostgresAccount } from './postgres-account.ts';
import { makeLibraryLinks, type PostgresPackage } from './postgres-package.ts';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

export interface UsableProgramOptions {
  readonly account: PostgresAccount;
  readonly log: Log;
  readonly cacheFolder?: string;
}

const SYSTEM_CACHE = '/var/cache/postern';
const OPEN_FOLDER = 0o755;
const OPEN_FILE = 0o644;

export async function findUsablePrograms(
  { nativeFolder, packageVersion }: PostgresPackage,
  { account, log, cacheFolder = ownCacheFolder() }: UsableProgramOptions,
): Promise<PostgresPrograms> {
  if ((await canReach(account, programsIn(nativeFolder).postgres)) && (await hasLibraryLinks(nativeFolder))) {
    return programsIn(nativeFolder);
  }
  const copy = join(cacheFolder, `postgres-${packageVersion}-${process.platform}-${process.arch}`, 'native');
  if (!(await canReach(account, programsIn(copy).postgres))) {
    log.info(
      { event: 'embedded.copying_programs', folder: copy },
      'copying the Postgres programs to where their account can run them',
    );
    await copyOnce(nativeFolder, copy);
  }
  if (await canReach(account, programsIn(copy).postgres)) return programsIn(copy);
  throw new EmbeddedError(`the account that runs Postgres can reach neither ${nativeFolder} nor ${copy}`);
}

function programsIn(nativeFolder: string): PostgresPrograms {
  return { initdb: join(nativeFolder, 'bin', 'initdb'), postgres: join(nativeFolder, 'bin', 'postgres') };
}

/** False when the links cannot be made here, as in a folder that somebody else installed. */
async function hasLibraryLinks(nativeFolder: string): Promise<boolean> {
  try {
    await makeLibraryLinks(nativeFolder);
    return true;
  } catch (error) {
    if (error instanceof EmbeddedError) throw error;
    return false;
  }
}

// NOTE: as root never below a folder that others can write, since what lies here is run.
function ownCacheFolder(): string {
  if (process.getuid?.() === 0) return SYSTEM_CACHE;
  return join(homedir(), '.cache', 'postern');
}

async function copyOnce(nativeFolder: string, copy: string): Promise<void> {
  const finished = dirname(copy);
  const unfinished = `${finished}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await cp(nativeFolder, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeLibraryLinks(join(unfinished, 'native'));
    await openToAll(unfinished);
    await chmod(dirname(finished), OPEN_FOLDER);
    await rename(unfinished, finished).catch(ignoreFinished);
  } catch (cause) {
    throw new EmbeddedError(`cannot copy the Postgres programs to ${finished}`, { cause });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Another process that starts at the same time may have finished its copy first. */
function ignoreFinished(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, OPEN_FOLDER);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await isProgram(path)) ? OPEN_FOLDER : OPEN_FILE);
  }
}

async function isProgram(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o100) !== 0;
}
