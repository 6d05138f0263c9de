// A Postgres connection URL as people paste it, taken apart. Dials nothing.

import { z } from 'zod';
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

const sslModeSchema = z.enum(['disable', 'require', 'verify-ca', 'verify-full']);
const DEFAULT_PORT = 5432;

/** TLS is verify-full by default, off on loopback. Throws `invalid_input` without the password. */
export function parseUpstreamUrl(url: Secret, ca: string | null = null): ParsedUpstreamUrl {
  const text = url.reveal().trim();
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw new PosternError('url_not_postgres');
  const parsed = new URL(text);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw new PosternError('url_without_host');
  if (parsed.username === '') throw new PosternError('url_without_user');
  const user = decode(parsed.username);
  const database = decode(parsed.pathname.slice(1)) || user;
  return {
    host,
    port: Number(parsed.port || DEFAULT_PORT),
    user,
    password: parsed.password === '' ? null : new Secret(decode(parsed.password)),
    database,
    tls: tlsOf(parsed, { host, ca }),
  };
}

function tlsOf(parsed: URL, { host, ca }: { host: string; ca: string | null }): UpstreamTls {
  const given = parsed.searchParams.get('sslmode');
  const byDefault = isLoopback(host) || host === 'localhost' ? 'disable' : 'verify-full';
  const mode = sslModeSchema.safeParse(given ?? byDefault);
  if (!mode.success) throw new PosternError('url_sslmode');
  if (mode.data === 'disable') return { mode: 'disable' };
  return { mode: mode.data, ca, serverName: null, clientCertificate: null };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new PosternError('url_badly_encoded', { cause: error });
  }
}
