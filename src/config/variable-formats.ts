// How the values of environment variables are written: text to value, or what is wrong with it.

import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { isLoopback, parseNetwork } from '../network-address.ts';
import { parseRedisUrl } from '../redis/redis-url.ts';
import { Secret } from '../secret.ts';
import { PostgresUrlProblem, parsePostgresUrl } from './postgres-url.ts';

export interface ConfiguredHost {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  /** Connection URL of a role that may create roles and databases. */
  readonly url: Secret;
}

export const text = z.string();
export const optionalText = text.transform((value) => (value === '' ? null : value));
export const optionalSecret = text.transform((value) => (value === '' ? null : new Secret(value)));
export const redisUrl = text
  .refine(
    (value) => value === '' || parseRedisUrl(value) !== null,
    'not a URL like redis://host:6379/0, redis-sentinel://h1,h2/master or redis-cluster://h1,h2',
  )
  .pipe(optionalSecret);
export const list = text.transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
/** RFC 6749, A.1, without what pages and logs would have to escape. */
export const clientIds = list
  .refine((items) => items.every((item) => /^[\w.-]{1,64}$/.test(item)), 'not a list of client ids, or `none`')
  .transform((items) => items.filter((item) => item !== 'none'));
export const networks = list.refine(
  (items) => items.every((item) => parseNetwork(item) !== null),
  'not a list of networks like 10.0.0.0/8',
);
export const ports = list
  .refine((items) => items.every((item) => /^\d{1,5}$/.test(item) && Number(item) <= 65_535), 'not a list of ports')
  .transform((items) => items.map(Number));
export const integer = (lowest: number, highest: number) =>
  text
    .refine(
      (value) => /^\d{1,9}$/.test(value) && Number(value) >= lowest && Number(value) <= highest,
      `not a number from ${lowest} to ${highest}`,
    )
    .transform(Number);
export const optionalPort = text
  .refine((value) => value === '' || (/^\d{1,5}$/.test(value) && Number(value) <= 65_535), 'not a port')
  .transform((value) => (value === '' ? null : Number(value)));
export const optionalCount = (lowest: number, highest: number) =>
  text
    .refine(
      (value) => value === '' || (/^\d{1,9}$/.test(value) && Number(value) >= lowest && Number(value) <= highest),
      `not a whole number from ${lowest} to ${highest}`,
    )
    .transform((value) => (value === '' ? null : Number(value)));
export const yesOrNo = z.enum(['yes', 'no']).transform((value) => value === 'yes');
export const duration = (lowest: string, highest: string) =>
  text
    .transform((value) => parseDuration(value) ?? Number.NaN)
    .refine(
      (ms) => ms >= (parseDuration(lowest) ?? 0) && ms <= (parseDuration(highest) ?? 0),
      `not a duration from ${lowest} to ${highest}, like 90s, 2m or 8h`,
    );

export const optionalDurationOrNever = (lowest: string, highest: string) =>
  z.union([z.literal('').transform(() => null), z.literal('never'), duration(lowest, highest)], {
    error: `not \`never\`, nor a duration from ${lowest} to ${highest}, like 90s, 2m or 8h`,
  });

// Cookies of a sign-in may travel in clear text on the machine itself only.
export const publicUrl = optionalText.transform((value, context) => {
  if (value === null) return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLocal = url !== null && (url.hostname === 'localhost' || isLoopback(url.hostname.replace(/^\[|\]$/g, '')));
  if (url !== null && url.pathname === '/' && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    return url.origin;
  context.addIssue({ code: 'custom', message: 'not an https:// origin without a path (http:// only on localhost)' });
  return z.NEVER;
});

export const webUrl = optionalText.refine((value) => value === null || /^https?:\/\//.test(value), 'not a web address');

/** The problem is reported without the text, which may hold a password. */
const secretUrl = (...schemes: readonly string[]) =>
  optionalSecret.refine(
    (url) => url === null || isUrlOf(url.reveal(), schemes),
    `not a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  );

export const postgresUrl = optionalSecret.superRefine((url, context) => {
  const problem = url === null ? null : problemOf(url.reveal());
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});
export const oidcTokenAuth = z.enum(['auto', 'client_secret_basic', 'client_secret_post', 'client_secret_basic_raw']);
/** As everywhere, `proxy:3128` means http. */
export const proxyUrl = text
  .transform((value) => (value === '' || value.includes('://') ? value : `http://${value}`))
  .pipe(secretUrl('http', 'https'));
export const smtpUrl = secretUrl('smtp', 'smtps');

function isUrlOf(url: string, schemes: readonly string[]): boolean {
  return schemes.some((scheme) => url.startsWith(`${scheme}://`)) && URL.canParse(url);
}

function problemOf(postgresUrl: string): string | null {
  try {
    parsePostgresUrl(postgresUrl);
    return null;
  } catch (error) {
    if (error instanceof PostgresUrlProblem) return error.message;
    throw error;
  }
}

const HOST = /^(\d\d)(?:@([a-z0-9-]{1,40}))?=(.+)$/s;
/** A comma ends an entry only before the next one: a URL may have several hosts. */
const NEXT_HOST = /,\s*(?=\d\d(?:@[a-z0-9-]{1,40})?=)/;

export const secretKeys = text.transform((value, context): [Secret, ...Secret[]] | null => {
  if (value === '') return null;
  const keys = value.split(',').map((part) => part.trim());
  const [current, ...older] = keys.map((key) => new Secret(key));
  if (current !== undefined && keys.every((key) => Buffer.from(key, 'base64').length === 32))
    return [current, ...older];
  context.addIssue({ code: 'custom', message: 'not 32 bytes in base64 (several by comma, current first)' });
  return z.NEVER;
});

export const hosts = text.transform((value, context): ConfiguredHost[] => {
  const parts = value.split(NEXT_HOST).map((part) => part.trim().replace(/,$/, ''));
  const found: ConfiguredHost[] = [];
  for (const part of parts.filter((each) => each !== '')) {
    const [, pgVersion = '', regionId = 'default', url = ''] = HOST.exec(part) ?? [];
    const id = `${regionId}-${pgVersion}`;
    const isListed = pgVersion !== '' && !found.some((host) => host.id === id);
    const isTooOld = Number(pgVersion) < OLDEST_HOST;
    const problem = !isListed ? HOST_LIST_PROBLEM : isTooOld ? HOST_VERSION_PROBLEM : problemOf(url);
    if (problem === null) found.push({ id, pgVersion: Number(pgVersion), regionId, url: new Secret(url) });
    else context.addIssue({ code: 'custom', message: problem });
  }
  return found;
});

/** PostgreSQL 15, release notes: before, every login role may grant itself to others. */
const OLDEST_HOST = 15;
const HOST_VERSION_PROBLEM = `projects are kept apart on PostgreSQL ${OLDEST_HOST} and newer only; upgrade the server`;
const HOST_LIST_PROBLEM = 'not a list like 16@eu=postgres://…,18=postgres://…, each version once a region';
