// Looks for an installed Redis or Valkey that is new enough.

import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PROGRAMS = ['valkey-server', 'redis-server'] as const;
/** `Redis server v=7.0.15 sha=…`, `Valkey server v=8.0.2 …`; the scripts need Redis 7. */
const VERSION = /\bv=(\d+)\./;
const LEAST_MAJOR_VERSION = 7;
const ANSWER_LIMIT_MS = 5_000;

/** Its absolute path, or null. Relative entries of the search path are ignored. */
export async function findRedisProgram(searchPath: string): Promise<string | null> {
  const folders = searchPath.split(delimiter).filter(isAbsolute);
  for (const program of PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (await isNewEnough(program)) return program;
  }
  return null;
}

async function isNewEnough(program: string): Promise<boolean> {
  try {
    await access(program, constants.X_OK);
    const { stdout } = await run(program, ['--version'], { timeout: ANSWER_LIMIT_MS });
    return Number(VERSION.exec(stdout)?.[1] ?? 0) >= LEAST_MAJOR_VERSION;
  } catch {
    return false;
  }
}
