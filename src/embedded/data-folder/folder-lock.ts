// One Postern per data folder: a lock file that names its process; a dead one's lock is taken over.

import { readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { EmbeddedError, isErrorCode } from './embedded-error.ts';
import { findProcessBirth } from './process-birth.ts';
import { createWholeFile, replaceWholeFile } from './whole-file.ts';

const holder = z.object({ pid: z.int().positive(), birth: z.string() });

type LockState =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly pid: number }
  /** There is a file, but its process is gone, or it names none. */
  | { readonly kind: 'stale' };

const MOST_ATTEMPTS = 200;
const PAUSE_MS = 20;
// A take-over lasts milliseconds; after this its process has died in the middle of it.
const ABANDONED_TAKEOVER_MS = 2_000;

export interface FolderLock {
  release(): Promise<void>;
}

/** Throws EmbeddedError when a living process holds it. */
export async function lockFolder(path: string): Promise<FolderLock> {
  const own = { text: JSON.stringify({ pid: process.pid, birth: await findProcessBirth(process.pid) }), mode: 0o644 };
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    if (await createWholeFile(path, own)) return heldLock(path);
    const state = await readLock(path);
    if (state.kind === 'held') {
      throw new EmbeddedError(
        `${path} is held by another Postern (process ${state.pid}); stop it or set POSTERN_DATA_DIR`,
      );
    }
    if (state.kind === 'stale' && (await takeOver(path, own))) return heldLock(path);
    await pause(PAUSE_MS);
  }
  throw new EmbeddedError(`cannot take ${path}: other processes keep taking it`);
}

export async function findLockHolder(path: string): Promise<number | null> {
  const state = await readLock(path);
  return state.kind === 'held' ? state.pid : null;
}

/** NOTE: releases once. A second release could remove the lock of the next holder. */
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

/** NOTE: one at a time and only while the stale file is there, so that one contender wins. */
async function takeOver(path: string, own: { text: string; mode: number }): Promise<boolean> {
  const turn = `${path}.takeover`;
  if (!(await createWholeFile(turn, own))) {
    await removeAbandoned(turn);
    return false;
  }
  try {
    if ((await readLock(path)).kind !== 'stale') return false;
    await replaceWholeFile(path, own);
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

async function removeAbandoned(turn: string): Promise<void> {
  const facts = await stat(turn).catch(() => null);
  if (facts !== null && Date.now() - facts.mtimeMs > ABANDONED_TAKEOVER_MS) await rm(turn, { force: true });
}

async function readLock(path: string): Promise<LockState> {
  try {
    const named = holder.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
    if (named === undefined || (await findProcessBirth(named.pid)) !== named.birth) return { kind: 'stale' };
    return { kind: 'held', pid: named.pid };
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return { kind: 'free' };
    if (error instanceof SyntaxError) return { kind: 'stale' };
    throw error;
  }
}
