import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLockHolder, lockFolder } from '../../../src/embedded/data-folder/folder-lock.ts';
import { findProcessBirth } from '../../../src/embedded/data-folder/process-birth.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the lock on a data folder', () => {
  it('is held until it is released', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const lock = await lockFolder(path);
    expect(await findLockHolder(path)).toBe(process.pid);
    await expect(lockFolder(path)).rejects.toThrow(`held by another Postern (process ${process.pid})`);
    await lock.release();
    expect(await findLockHolder(path)).toBeNull();
    await (await lockFolder(path)).release();
  });

  it('is not taken from its next holder by a second release', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const first = await lockFolder(path);
    await first.release();
    await lockFolder(path);
    await first.release();
    expect(await findLockHolder(path)).toBe(process.pid);
  });

  it('is taken over from a process that died, whoever has its number now', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const child = spawn('true');
    await once(child, 'exit');
    for (const stale of [
      { pid: child.pid, birth: 'long ago' },
      { pid: process.pid, birth: 'another process of this number' },
    ]) {
      await writeFile(path, JSON.stringify(stale));
      const lock = await lockFolder(path);
      expect(await findLockHolder(path)).toBe(process.pid);
      await lock.release();
    }
  });

  it('is taken over when the file holds no lock', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    for (const text of ['', '{', '{"pid":-1,"birth":""}', '[]']) {
      await writeFile(path, text);
      await (await lockFolder(path)).release();
    }
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('goes to one of many that want a stale one at once', async () => {
    await using folder = await temporaryFolder();
    for (let round = 0; round < 30; round += 1) {
      const path = join(folder.path, `lock-${round}`);
      await writeFile(path, JSON.stringify({ pid: process.pid, birth: 'another process of this number' }));
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(path)));
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('is taken over although an earlier take-over was cut off in the middle', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, JSON.stringify({ pid: process.pid, birth: 'another process of this number' }));
    await writeFile(`${path}.takeover`, '');
    await utimes(`${path}.takeover`, 0, 0);
    await lockFolder(path);
    expect(await findLockHolder(path)).toBe(process.pid);
  });
});

describe("a process' birth", () => {
  it('is the same each time it is asked for, and none for a process that is gone', async () => {
    expect(await findProcessBirth(process.pid)).toBe(await findProcessBirth(process.pid));
    const child = spawn('true');
    await once(child, 'exit');
    expect(await findProcessBirth(child.pid ?? 0)).toBeNull();
  });
});
