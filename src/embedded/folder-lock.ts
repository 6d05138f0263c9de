// One Postern per data folder: a lock file that names the process holding it. A lock whose process died is taken over.

import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { EmbeddedError } from './embedded-error.ts';
import { isErrorCode } from './error-code.ts';
import { findProcessBirth } from './process-birth.ts';
import { createWholeFile } from './whole-file.ts';

const holder = z.object({ pid: z.int().positive(), birth: z.string() });
type Holder = z.infer<typeof holder>;

const MOST_TAKEOVERS = 5;

export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the lock at `path`. Throws EmbeddedError when a living process holds it. */
export async function lockFolder(path: string): Promise<FolderLock> {
  const ownText = JSON.stringify({ pid: process.pid, birth: await findProcessBirth(process.pid) });
  for (let attempt = 0; attempt < MOST_TAKEOVERS; attempt += 1) {
    if (await createWholeFile(path, { text: ownText, mode: 0o644 })) return heldLock(path);
    const living = await findLockHolder(path);
    if (living !== null)
      throw new EmbeddedError(
        `${path} is held by another Postern (process ${living}); stop it or set POSTERN_DATA_DIR`,
      );
    await removeStale(path);
  }
  throw new EmbeddedError(`cannot take ${path}: other processes keep taking it`);
}

/** NOTE: released once; a second time it could be the lock of whoever took it since. */
function heldLock(path: string): FolderLock {
  const state = { isHeld: true };
  return {
    release: async () => {
      if (!state.isHeld) return;
      state.isHeld = false;
      await rm(path, { force: true });
    },
  };
}

/** The number of the living process that holds the lock, or null. */
export async function findLockHolder(path: string): Promise<number | null> {
  const found = await readHolder(path);
  return found !== null && (await findProcessBirth(found.pid)) === found.birth ? found.pid : null;
}

/** Moves it aside first: of several processes that find the same stale lock, one gets it. */
async function removeStale(path: string): Promise<void> {
  const aside = sibling(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return;
    throw error;
  }
  const taken = await findLockHolder(aside);
  if (taken !== null) await link(aside, path);
  await rm(aside, { force: true });
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return holder.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null;
  } catch (error) {
    if (isErrorCode(error, 'ENOENT') || error instanceof SyntaxError) return null;
    throw error;
  }
}

function sibling(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}`;
}
