// The symbolic links between Postgres' libraries. npm packages cannot carry links, so the package
// lists them in a file; they are missing wherever install scripts do not run.

import { lstat, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { EmbeddedError } from '../data-folder/embedded-error.ts';

// Paths are relative to the package: the link `target` points at the file `source`.
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** Throws the file system's error when the folder cannot be written. */
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
