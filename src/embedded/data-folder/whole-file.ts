// Writes a small file atomically: the text is complete before the file gets its name.

import { randomBytes } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { isErrorCode } from './embedded-error.ts';

interface WholeFile {
  readonly text: string | Buffer;
  readonly mode: number;
}

/** False, and nothing changed, when the file exists: of several creators the first wins. */
export async function createWholeFile(path: string, file: WholeFile): Promise<boolean> {
  const draft = await writeDraft(path, file);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

export async function replaceWholeFile(path: string, file: WholeFile): Promise<void> {
  await rename(await writeDraft(path, file), path);
}

async function writeDraft(path: string, { text, mode }: WholeFile): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { flag: 'wx', mode });
  return draft;
}
