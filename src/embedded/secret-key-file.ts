// The key that seals stored credentials, made once per data folder when none is configured.

import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../secret.ts';
import { EmbeddedError } from './data-folder/embedded-error.ts';
import { createWholeFile } from './data-folder/whole-file.ts';
import { makeDataFolder } from './postgres/postgres-files.ts';

const KEY_BYTES = 32;
const OTHERS = 0o077;

/** Throws EmbeddedError, and repairs nothing, when others may read the file or it holds no key. */
export async function ensureSecretKey(dataDir: string): Promise<Secret> {
  const path = join(dataDir, 'secret.key');
  await makeDataFolder(dataDir);
  await createWholeFile(path, { text: `${randomBytes(KEY_BYTES).toString('base64')}\n`, mode: 0o600 });
  if (((await stat(path)).mode & OTHERS) !== 0) {
    throw new EmbeddedError(
      `${path} can be read by others: run chmod 600 on it, and replace the key if they are not trusted`,
    );
  }
  const text = (await readFile(path, 'utf8')).trim();
  if (Buffer.from(text, 'base64').length === KEY_BYTES) return new Secret(text);
  throw new EmbeddedError(`${path} does not hold 32 bytes in base64: restore it, or set POSTERN_SECRET_KEY`);
}
