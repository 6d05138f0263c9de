// Own endpoints, never dialled for a compute (docs/security.md, "Where Postern may dial").

import type { Config } from '../config/config.ts';
import { parsePostgresUrl } from '../config/postgres-url.ts';
import { parseRedisUrl } from '../redis/redis-url.ts';
import type { Secret } from '../secret.ts';
import type { DialEndpoint } from '../wire/dial/dial-policy.ts';

export function ownEndpoints(
  config: Pick<Config, 'pg' | 'http' | 'metrics' | 'workers'>,
  stores: { readonly redisUrl: Secret | null; readonly databaseUrl: Secret },
): DialEndpoint[] {
  return [
    config.pg,
    config.http,
    ...metricsEndpoints(config),
    ...(stores.redisUrl === null ? [] : (parseRedisUrl(stores.redisUrl.reveal())?.seeds ?? [])),
    ...catalogueEndpoints(stores.databaseUrl),
  ];
}

/** Workers have one port each, counting up. */
function metricsEndpoints({ metrics: { host, port }, workers }: Pick<Config, 'metrics' | 'workers'>): DialEndpoint[] {
  return port === null ? [] : Array.from({ length: workers }, (_none, index) => ({ host, port: port + index }));
}

/** A Unix socket is no address that could be dialled. */
function catalogueEndpoints(url: Secret): DialEndpoint[] {
  return parsePostgresUrl(url.reveal()).servers.filter(({ host }) => !host.startsWith('/'));
}
