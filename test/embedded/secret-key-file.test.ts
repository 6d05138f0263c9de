import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureSecretKey } from '../../src/embedded/secret-key-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the sealing key', () => {
  it('is made once, 32 bytes in base64, readable by its owner only', async () => {
    await using folder = await temporaryFolder();
    const dataDir = join(folder.path, 'data');
    const key = (await ensureSecretKey(dataDir)).reveal();
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect((await stat(join(dataDir, 'secret.key'))).mode & 0o777).toBe(0o600);
    expect((await ensureSecretKey(dataDir)).reveal()).toBe(key);
  });

  it('is the same for processes that start at once', async () => {
    await using folder = await temporaryFolder();
    const keys = await Promise.all(Array.from({ length: 16 }, () => ensureSecretKey(folder.path)));
    expect(new Set(keys.map((key) => key.reveal())).size).toBe(1);
  });

  it('is refused when others may read the file', async () => {
    await using folder = await temporaryFolder();
    await ensureSecretKey(folder.path);
    for (const mode of [0o640, 0o604, 0o660]) {
      await chmod(join(folder.path, 'secret.key'), mode);
      await expect(ensureSecretKey(folder.path)).rejects.toThrow('can be read by others');
    }
  });

  it('is never replaced: a file that holds no key stops the start', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'secret.key');
    await writeFile(path, 'short', { mode: 0o600 });
    await expect(ensureSecretKey(folder.path)).rejects.toThrow('does not hold 32 bytes in base64');
    expect(await readFile(path, 'utf8')).toBe('short');
  });
});
