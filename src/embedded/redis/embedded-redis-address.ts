// Where the embedded Redis of a running server is, noted in the data folder so that the command
// line can use it, too.

import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Log } from '../../log.ts';
import { Secret } from '../../secret.ts';
import { isErrorCode } from '../data-folder/embedded-error.ts';
import { replaceWholeFile } from '../data-folder/whole-file.ts';
import { makeDataFolder } from '../postgres/postgres-files.ts';

const pathIn = (dataDir: string) => join(resolve(dataDir), 'redis.url');

/**
 * Never rejects: where nothing can be written, only the command line misses it. Returns what takes
 * the note away.
 */
export async function noteEmbeddedRedis(dataDir: string, url: Secret, log: Log): Promise<() => Promise<void>> {
  const path = pathIn(dataDir);
  try {
    await makeDataFolder(resolve(dataDir));
    await replaceWholeFile(path, { text: url.reveal(), mode: 0o600 });
  } catch (error) {
    log.warn(
      { event: 'embedded.redis_note_failed', err: error, path },
      'the command line will not find the embedded Redis',
    );
  }
  return () =>
    rm(path, { force: true }).catch((error: unknown) =>
      log.warn({ event: 'embedded.redis_note_kept', err: error, path }, 'could not remove a file'),
    );
}

/** Null where none is noted; the server of a noted one may have been killed. */
export async function findEmbeddedRedis(dataDir: string): Promise<Secret | null> {
  try {
    return new Secret(await readFile(pathIn(dataDir), 'utf8'));
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}
