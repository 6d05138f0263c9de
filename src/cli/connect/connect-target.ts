// Which gateway `postern connect` means, from its options and libpq's environment.

import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Environment } from '../../config/read-environment.ts';

export interface ConnectOptions {
  readonly service: string;
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly sslrootcert?: string;
  readonly sslmode?: string;
}

export interface Terminal {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly sslmode: 'verify-full' | 'require';
  /** A file; null: the machine's authorities. */
  readonly sslrootcert: string | null;
  /** A project, as after `psql -d`; null: none is named. */
  readonly database: string | null;
}

const DEFAULT_PORT = 5_432;

/** Throws an Error that says which option is missing or wrong. */
export function targetOf({
  environment,
  options,
  project,
}: {
  readonly environment: Environment;
  readonly options: ConnectOptions;
  readonly project: string | null;
}): Terminal {
  const host = options.host ?? environment.PGHOST ?? '';
  if (host === '' || host.startsWith('/')) throw new Error('which gateway? Give its name by --host, or in PGHOST');
  const port = Number(options.port ?? (environment.PGPORT || DEFAULT_PORT));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error('--port is a number from 1 to 65535');
  const sslmode = options.sslmode ?? 'verify-full';
  if (sslmode !== 'verify-full' && sslmode !== 'require') throw new Error('--sslmode is verify-full or require');
  if (!/^[^\s[\]=#]{1,64}$/.test(options.service)) throw new Error('--service is a word');
  const user = options.user ?? (environment.PGUSER || userInfo().username);
  const fields = [host, user, project ?? '', options.sslrootcert ?? ''];
  // A line of its own in the service file would be another setting.
  if (fields.some((field) => /[\r\n\0]/.test(field))) throw new Error('names have no line breaks');
  const sslrootcert = options.sslrootcert === undefined ? null : resolve(options.sslrootcert);
  return { host, port, user, sslmode, sslrootcert, database: project };
}
