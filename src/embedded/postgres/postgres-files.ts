// Where one embedded Postgres keeps its things below the data folder, its password and last port.

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Secret } from '../../secret.ts';
import { EmbeddedError, isErrorCode } from '../data-folder/embedded-error.ts';
import { replaceWholeFile } from '../data-folder/whole-file.ts';
import type { EmbeddedVersion } from './postgres-package.ts';

export interface PostgresFiles {
  readonly dataFolder: string;
  /** The cluster itself, or a link to it. */
  readonly cluster: string;
  readonly lock: string;
  readonly password: string;
  readonly port: string;
}

const portText = z.coerce.number().int().min(1024).max(65535);
const PASSWORD_BYTES = 24;

export function postgresFilesIn(dataDir: string, version: EmbeddedVersion): PostgresFiles {
  const dataFolder = resolve(dataDir);
  const cluster = join(dataFolder, `postgres-${version}`);
  return { dataFolder, cluster, lock: `${cluster}.lock`, password: `${cluster}.password`, port: `${cluster}.port` };
}

/** Mode 0700; as root others may pass through, since Postgres runs under another account. */
export async function makeDataFolder(dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return;
  const { uid, mode } = await stat(dataFolder);
  if (uid === 0) await chmod(dataFolder, (mode & 0o777) | 0o011);
}

/** Throws EmbeddedError when it is lost, since nobody could enter the existing cluster. */
export async function getPassword(files: PostgresFiles): Promise<Secret> {
  const text = await readIfThere(files.password);
  if (text) return new Secret(text);
  throw new EmbeddedError(
    `${files.password} is missing: restore it, or remove ${files.cluster} to start with an empty database`,
  );
}

/** An earlier attempt to make the cluster may have stored one. */
export async function readOrMakePassword(files: PostgresFiles): Promise<Secret> {
  const stored = await readIfThere(files.password);
  if (stored) return new Secret(stored);
  const made = randomBytes(PASSWORD_BYTES).toString('base64url');
  await replaceWholeFile(files.password, { text: made, mode: 0o600 });
  return new Secret(made);
}

/** Other processes and saved connection strings know it; null when unknown. */
export async function readLastPort(files: PostgresFiles): Promise<number | null> {
  return portText.safeParse(await readIfThere(files.port)).data ?? null;
}

export async function rememberPort(files: PostgresFiles, port: number): Promise<void> {
  await replaceWholeFile(files.port, { text: String(port), mode: 0o644 });
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}
