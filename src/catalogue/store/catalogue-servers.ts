// The ways to the catalogue that its URL names, and which of them is in use: each server, by TLS
// and without where the URL allows both.

import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { assertNever } from '../../assert-never.ts';
import {
  type PostgresServer,
  type PostgresUrl,
  PostgresUrlProblem,
  parsePostgresUrl,
} from '../../config/postgres-url.ts';
import type { Secret } from '../../secret.ts';

export type CatalogueWay = Pick<
  pg.ClientConfig,
  'host' | 'port' | 'user' | 'password' | 'database' | 'options' | 'ssl'
>;

export class CatalogueServers {
  readonly #ways: readonly CatalogueWay[];
  #index = 0;

  /** Throws PostgresUrlProblem, also for a file that cannot be read. */
  constructor(url: Secret) {
    this.#ways = waysOf(parsePostgresUrl(url.reveal()));
  }

  get count(): number {
    return this.#ways.length;
  }

  get current(): CatalogueWay {
    return this.#ways[this.#index] ?? {};
  }

  /** Moves on to the next way, unless another caller has done so already. */
  moveOn(from: CatalogueWay): void {
    if (this.current === from) this.#index = (this.#index + 1) % this.#ways.length;
  }
}

function waysOf(url: PostgresUrl): CatalogueWay[] {
  // Of several servers Postern works on the one that takes writes, so that a standby is no choice.
  if (/standby|read-only/.test(url.targetSessionAttrs ?? '')) {
    throw new PostgresUrlProblem(`target_session_attrs=${url.targetSessionAttrs} is not supported: Postern writes`);
  }
  const login = {
    ...(url.user === null ? {} : { user: url.user }),
    ...(url.password === null ? {} : { password: url.password.reveal() }),
    ...(url.database === null ? {} : { database: url.database }),
    ...(url.options === null ? {} : { options: url.options }),
  };
  return url.servers.flatMap(({ host, port }) =>
    tlsOf(url, { host, port }).map((ssl) => ({ ...login, host, port, ssl })),
  );
}

type Ssl = NonNullable<CatalogueWay['ssl']>;

/** PostgreSQL documentation, "SSL Support", "Protection Provided in Different Modes". */
function tlsOf(url: PostgresUrl, { host }: PostgresServer): Ssl[] {
  if (host.startsWith('/')) return [false];
  const given = filesOf(url);
  const unverified = { ...given, rejectUnauthorized: false };
  const verified = { ...given, rejectUnauthorized: true };
  const anyName = { ...verified, checkServerIdentity: () => undefined };
  const mode = url.sslMode ?? 'prefer';
  switch (mode) {
    case 'disable':
      return [false];
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return [unverified, false];
    case 'require':
      // With an authority it means verify-ca, for old configurations.
      return [given.ca === undefined ? unverified : anyName];
    case 'verify-ca':
      return [anyName];
    case 'verify-full':
      return [verified];
    default:
      return assertNever(mode);
  }
}

interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

function filesOf({ sslRootCert, sslCert, sslKey }: PostgresUrl): TlsFiles {
  return {
    ...(sslRootCert === null || sslRootCert === 'system' ? {} : { ca: contentOf('sslrootcert', sslRootCert) }),
    ...(sslCert === null ? {} : { cert: contentOf('sslcert', sslCert) }),
    ...(sslKey === null ? {} : { key: contentOf('sslkey', sslKey) }),
  };
}

function contentOf(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new PostgresUrlProblem(`the file of ${parameter} cannot be read: ${path}`);
  }
}
