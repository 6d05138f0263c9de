// A Postgres connection URL as people paste it, taken apart. Dials nothing.

import { readFileSync } from 'node:fs';
import { type PostgresUrl, PostgresUrlProblem, parsePostgresUrl } from '../../config/postgres-url.ts';
import { PosternError } from '../../errors.ts';
import { isLoopback } from '../../network-address.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import { Secret } from '../../secret.ts';

export interface ParsedUpstreamUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | null;
  readonly database: string;
  readonly tls: UpstreamTls;
}

/** Whose word the text is: an operator's may name files of this machine. */
export type UrlAuthor = 'operator' | 'anybody';

interface ParseOptions {
  /** PEM certificates that replace the well-known authorities, or null for those. */
  readonly ca: string | null;
  readonly author: UrlAuthor;
}

/** TLS is verify-full by default, off on loopback. Throws `invalid_input` without the password. */
export function parseUpstreamUrl(url: Secret, { ca, author }: ParseOptions): ParsedUpstreamUrl {
  const parsed = parse(url);
  const [{ host, port }, another] = parsed.servers;
  if (another !== undefined) throw unusable('several hosts are not supported here: name one');
  if (host.startsWith('/')) throw unusable('a Unix socket is not supported here: name a host');
  if (parsed.options !== null) throw unusable('the parameter options is not supported here: take it out');
  if (/standby|read-only/.test(parsed.targetSessionAttrs ?? ''))
    throw unusable('target_session_attrs must be any, read-write or primary here');
  if (parsed.user === null) throw new PosternError('url_without_user');
  const { user, password } = parsed;
  return { host, port, user, password, database: parsed.database ?? user, tls: tlsOf(parsed, { host, ca, author }) };
}

/** Null where the URL names none. */
export function databaseNamedBy(url: Secret): string | null {
  return parse(url).database;
}

function parse(url: Secret): PostgresUrl {
  try {
    return parsePostgresUrl(url.reveal());
  } catch (error) {
    throw error instanceof PostgresUrlProblem ? unusable(error.message) : error;
  }
}

function tlsOf(url: PostgresUrl, { host, ca, author }: ParseOptions & { readonly host: string }): UpstreamTls {
  const isHere = isLoopback(host) || host === 'localhost';
  const asked = url.sslMode ?? (isHere ? 'disable' : 'verify-full');
  // NOTE: a connection of ours never falls back to clear text by itself: off this machine these two
  // encrypt, and fail where there is no TLS.
  const mode = asked === 'prefer' || asked === 'allow' ? (isHere ? 'disable' : 'require') : asked;
  if (mode === 'disable') return { mode };
  const namesFiles = [url.sslRootCert, url.sslCert, url.sslKey].some((path) => path !== null && path !== 'system');
  if (namesFiles && author !== 'operator') {
    throw unusable('sslrootcert, sslcert and sslkey name files of your machine: paste the authority beside the URL');
  }
  const read = (path: string | null) => (path === null || path === 'system' ? null : contentOf(path));
  const [cert, key] = [read(url.sslCert), read(url.sslKey)];
  const clientCertificate = cert === null || key === null ? null : { cert, key: new Secret(key) };
  return { mode, ca: read(url.sslRootCert) ?? ca, serverName: null, clientCertificate };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PosternError('url_unusable', { params: { problem: `the file ${path} cannot be read` }, cause });
  }
}

function unusable(problem: string): PosternError {
  return new PosternError('url_unusable', { params: { problem } });
}
