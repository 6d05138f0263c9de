import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { choosePostgresAccount } from '../../../src/embedded/postgres/postgres-account.ts';
import { makeLibraryLinks } from '../../../src/embedded/postgres/postgres-package.ts';
import { findUsablePrograms } from '../../../src/embedded/postgres/usable-programs.ts';
import { createLog } from '../../../src/log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const log = createLog('silent');

describe("Postgres' programs", () => {
  it('are used where they are, with the missing library links made', async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const nativeFolder = await makeFakePackage(folder.path);
    const account = await choosePostgresAccount(join(folder.path, 'no-cluster'));
    const programs = await findUsablePrograms({ nativeFolder, packageVersion: '1.2.3' }, { account, log });
    expect(programs.postgres).toBe(join(nativeFolder, 'bin', 'postgres'));
    expect(await readlink(join(nativeFolder, 'lib', 'libsome.so.1'))).toBe('libsome.so.1.2');
  });

  it('are copied once when their account cannot run them in place', async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const packageFolder = join(folder.path, 'package');
    await mkdir(packageFolder);
    const nativeFolder = await makeFakePackage(packageFolder);
    await makeUnusable(packageFolder);
    const account = await choosePostgresAccount(join(folder.path, 'no-cluster'));
    const find = () =>
      findUsablePrograms(
        { nativeFolder, packageVersion: '1.2.3' },
        { account, log, cacheFolder: join(folder.path, 'cache') },
      );
    const programs = await find();
    expect(programs.postgres.startsWith(join(folder.path, 'cache', 'postgres-1.2.3-'))).toBe(true);
    expect(execFileSync(programs.postgres, { ...account, encoding: 'utf8' })).toBe('running\n');
    expect(await readlink(join(programs.postgres, '..', '..', 'lib', 'libsome.so.1'))).toBe('libsome.so.1.2');
    const copiedAt = (await stat(programs.postgres)).birthtimeMs;
    expect(await find()).toEqual(programs);
    expect((await stat(programs.postgres)).birthtimeMs).toBe(copiedAt);
    await chmod(join(nativeFolder, 'lib'), 0o755);
  });
});

describe('library links', () => {
  it('are made once and left alone after that', async () => {
    await using folder = await temporaryFolder();
    const nativeFolder = await makeFakePackage(folder.path);
    await Promise.all([makeLibraryLinks(nativeFolder), makeLibraryLinks(nativeFolder)]);
    await rm(join(nativeFolder, 'lib', 'libsome.so.1'));
    await writeFile(join(nativeFolder, 'lib', 'libsome.so.1'), 'a file of that name');
    await makeLibraryLinks(nativeFolder);
    expect((await stat(join(nativeFolder, 'lib', 'libsome.so.1'))).size).toBeGreaterThan(0);
  });

  it('never lead out of the package', async () => {
    await using folder = await temporaryFolder();
    const nativeFolder = await makeFakePackage(folder.path);
    await writeFile(
      join(nativeFolder, 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libsome.so.1.2', target: 'native/../../outside.so' }]),
    );
    await expect(makeLibraryLinks(nativeFolder)).rejects.toThrow('leaves its package');
  });
});

/** What the package looks like where install scripts did not run. */
async function makeFakePackage(folder: string): Promise<string> {
  const nativeFolder = join(folder, 'native');
  await mkdir(join(nativeFolder, 'bin'), { recursive: true });
  await mkdir(join(nativeFolder, 'lib'));
  for (const program of ['initdb', 'postgres']) {
    await writeFile(join(nativeFolder, 'bin', program), '#!/bin/sh\necho running\n', { mode: 0o755 });
  }
  await writeFile(join(nativeFolder, 'lib', 'libsome.so.1.2'), 'a library');
  await writeFile(
    join(nativeFolder, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libsome.so.1.2', target: 'native/lib/libsome.so.1' }]),
  );
  return nativeFolder;
}

/**
 * As root: a folder that only root can enter. As anybody else: one in which the links cannot be
 * made.
 */
async function makeUnusable(packageFolder: string): Promise<void> {
  if (process.getuid?.() === 0) await chmod(packageFolder, 0o700);
  else await chmod(join(packageFolder, 'native', 'lib'), 0o555);
}
