// Creates a small file with all its text in one step: nobody reads half of it, and of several creators one wins.

import { randomBytes } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
import { isErrorCode } from './error-code.ts';

/** False, and nothing changed, when the file exists. */
export async function createWholeFile(path: string, { text, mode }: { text: string; mode: number }): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { flag: 'wx', mode });
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
