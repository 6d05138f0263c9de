// Where libpq keeps its files for this user of the machine, and how it finds authorities.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../config/read-environment.ts';

export interface TerminalFiles {
  /** Of keys and certificates. */
  readonly folder: string;
  readonly servicePath: string;
}

/** PostgreSQL documentation, "The Connection Service File". Throws without a home directory. */
export function terminalFiles(environment: Environment): TerminalFiles {
  const home = environment.HOME || homeOfSystem();
  if (home === null) throw new Error('this user has no home directory: set HOME to a directory of your own');
  const isWindows = process.platform === 'win32';
  const base = isWindows ? join(environment.APPDATA || join(home, 'AppData', 'Roaming'), 'postgresql') : home;
  return {
    folder: isWindows ? base : join(home, '.postgresql'),
    servicePath: environment.PGSERVICEFILE || join(base, '.pg_service.conf'),
  };
}

function homeOfSystem(): string | null {
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}

const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** `sslrootcert=system` came with PostgreSQL 16; before, it is taken for the name of a file. */
const FIRST_WITH_SYSTEM = 16;

/** What libpq calls the authorities of the machine, or a file of them for an older one. */
export async function systemAuthorities(environment: Environment): Promise<string> {
  const version = await psqlVersion(environment);
  if (version === null || version >= FIRST_WITH_SYSTEM) return 'system';
  return BUNDLES.find((path) => existsSync(path)) ?? 'system';
}

/** Null where there is no psql. */
async function psqlVersion({ PATH = '' }: Environment): Promise<number | null> {
  return await new Promise((resolve) => {
    execFile('psql', ['--version'], { env: { PATH }, timeout: 5_000 }, (error, stdout) => {
      const found = error === null ? /(\d+)(?:\.\d+)*/.exec(stdout) : null;
      resolve(found === null ? null : Number(found[1]));
    });
  });
}
