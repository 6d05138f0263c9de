// The table of environment variables; docs/configuration.md and `postern config` come from it.

import { z } from 'zod';
import { FIRST_ISSUER_VARIABLES, issuerNames } from './issuer-variables.ts';
import { plain, secret } from './variable.ts';
import {
  clientIds,
  duration,
  hosts,
  integer,
  list,
  networks,
  optionalCount,
  optionalDurationOrNever,
  optionalPort,
  optionalSecret,
  optionalText,
  ports,
  postgresUrl,
  proxyUrl,
  publicUrl,
  redisUrl,
  secretKeys,
  smtpUrl,
  text,
  webUrl,
  yesOrNo,
} from './variable-formats.ts';

export const CONFIG_VARIABLES = {
  DATABASE_URL: secret(
    '',
    'Postgres of the catalogue; of several hosts by comma the one that takes writes; unset: an embedded one in the data directory',
    postgresUrl,
  ),
  REDIS_URL: secret(
    '',
    'Redis (`redis://`, `rediss://`, `redis-sentinel://`, `redis-cluster://`); unset: an embedded one',
    redisUrl,
  ),
  POSTERN_PUBLIC_URL: plain('', 'what links and pages are built from; unset: http://localhost and the port', publicUrl),
  POSTERN_PG_HOST: plain('127.0.0.1', 'address the Postgres side listens on', text),
  POSTERN_PG_PORT: plain('5432', 'its port; when unset and taken, embedded mode takes another', integer(0, 65_535)),
  POSTERN_PG_PUBLIC_HOST: plain('', "host name that connection strings show; unset: the public URL's", optionalText),
  POSTERN_PG_PUBLIC_PORT: plain('', 'port that connection strings show; unset: POSTERN_PG_PORT', optionalPort),
  POSTERN_HTTP_HOST: plain('127.0.0.1', 'address the web side listens on', text),
  POSTERN_HTTP_PORT: plain('8080', 'its port; when unset and taken, embedded mode takes another', integer(0, 65_535)),
  POSTERN_METRICS_HOST: plain('127.0.0.1', 'address that /metrics listens on', text),
  POSTERN_METRICS_PORT: plain('', 'port of /metrics; unset: off', optionalPort),
  POSTERN_DATA_DIR: plain('.postern', 'embedded data and generated keys', text),
  POSTERN_SECRET_KEY: secret(
    '',
    '32 bytes in base64 that seal passwords, current first; unset: made in the data directory',
    secretKeys,
  ),
  POSTERN_TLS: plain(
    'require_off_loopback',
    '`require`, `allow`, or `require_off_loopback`',
    z.enum(['require', 'allow', 'require_off_loopback']),
  ),
  POSTERN_TRUST_LOOPBACK: plain(
    'auto',
    'whether loopback is this machine alone and not the end of a port forward: `auto` (not in a container), `yes`, `no`',
    z.enum(['auto', 'yes', 'no']),
  ),
  POSTERN_TLS_CERT: plain('', 'certificate chains (PEM files), chosen by SNI; unset: made under certs/', list),
  POSTERN_TLS_KEY: plain('', 'their keys, in the same order', list),
  POSTERN_PROXY_PROTOCOL_FROM: plain('', 'balancers that must send a PROXY header', networks),
  POSTERN_KEEPALIVE: plain(
    '2h',
    'silence after which TCP asks whether the peer of a live connection is still there; a network may be away for as long. Shorter than what a NAT or balancer on the way allows, where one drops silent connections',
    duration('1s', '24h'),
  ),
  POSTERN_TRUSTED_PROXIES: plain('', 'web proxies whose X-Forwarded-For or Forwarded counts', networks),
  POSTERN_PROXY_HEADER: plain(
    'either',
    'which header they write the browser into: `x-forwarded-for`, `forwarded`, or `either`',
    z.enum(['either', 'x-forwarded-for', 'forwarded']),
  ),
  POSTERN_BRAND: plain(
    'Postern',
    'the name in notices and pages',
    text.refine(
      (value) => /^[\x21-\x7e](?:[\x20-\x7e]{0,30}[\x21-\x7e])?$/.test(value),
      'not 1 to 32 ASCII characters',
    ),
  ),
  POSTERN_LOGIN_TTL: plain('2m', 'life of a login link', duration('1s', '10m')),
  POSTERN_ASK_TTL: plain('15m', 'how long a terminal waits for the agreement of others', duration('1s', '1h')),
  POSTERN_NOTICE_BLIND_WAIT: plain('1s', 'wait before others get the link as an error', duration('0s', '60s')),
  POSTERN_NOTICE_CLIENTS: plain('', 'more clients that show NOTICEs: how their names begin, or `unnamed`', list),
  POSTERN_NOTICE_BLIND_CLIENTS: plain('', 'clients that show none, whatever their names; likewise', list),
  POSTERN_REVERSE_CODE: plain(
    'when_new',
    'when a code must be typed into the terminal: `when_new`, `always`, `never`',
    z.enum(['when_new', 'always', 'never']),
  ),
  POSTERN_ALLOWED_NETWORKS: plain('', 'networks that may ask for a link; unset: all', networks),
  POSTERN_OAUTH_CLIENTS: plain(
    'neonctl',
    'programs that may ask people for access to the management API, as `neonctl auth` does: their client ids, or `none`',
    clientIds,
  ),
  POSTERN_STAMP_APPLICATION_NAME: plain(
    'yes',
    'stamp application_name with the connection, and on attached servers the person',
    yesOrNo,
  ),
  POSTERN_UPSTREAM_PID: plain(
    'everybody',
    'who is told the process id of the upstream: clients with `long_keys` (protocol 3.2), or `everybody`',
    z.enum(['long_keys', 'everybody']),
  ),
  POSTERN_HOSTS: secret(
    '',
    'servers that host projects: `18=postgres://…,16@eu=postgres://…`; unset: the embedded one',
    hosts,
  ),
  POSTERN_UPSTREAM_NETWORKS: plain('', 'private networks where computes may live', networks),
  POSTERN_UPSTREAM_PORTS: plain('5432,6432', 'the only ports on which attached computes may live', ports),
  POSTERN_WEBHOOK_NETWORKS: plain(
    '',
    "private networks where organizations' webhooks and token issuers may live; unset: none, whatever POSTERN_UPSTREAM_NETWORKS says",
    networks,
  ),
  POSTERN_WAKE_LIMIT: plain('60s', 'longest wait for a compute to wake', duration('1s', '10m')),
  POSTERN_DRAIN: plain('5m', 'longest drain at SIGTERM', duration('0s', '1h')),
  POSTERN_DRAIN_REST: plain(
    '',
    'a draining node ends connections that rest for so long outside a transaction; unset: `10s` with the embedded servers, else `never`, so only at its limit',
    optionalDurationOrNever('0s', '1h'),
  ),
  POSTERN_WAITING_PER_ADDRESS: plain('100', 'logins that may wait unopened per address', integer(1, 1_000_000)),
  POSTERN_WAITING_TOTAL: plain('1000', 'logins that may wait unopened in all', integer(1, 1_000_000)),
  POSTERN_CONNECTIONS_TOTAL: plain('20000', 'connections of one node', integer(1, 1_000_000)),
  POSTERN_CONNECTIONS_PER_PERSON: plain('100', 'live connections of one person', integer(1, 1_000_000)),
  POSTERN_CONNECTIONS_PER_GRANT: plain('50', 'live connections that rest on one grant', integer(1, 1_000_000)),
  POSTERN_CONNECTIONS_PER_COMPUTE: plain(
    '100',
    'live connections of one compute, where its policy does not say',
    integer(1, 1_000_000),
  ),
  POSTERN_CONNECTIONS_PER_PROJECT: plain(
    '',
    'connections of one hosted project, which is also the CONNECTION LIMIT of its roles; unset: a quarter of its host',
    optionalCount(1, 1_000_000),
  ),
  POSTERN_UNLIMITED_NETWORKS: plain(
    '127.0.0.0/8,::1',
    'networks where login requests are not rated; unset: loopback only where it is trusted',
    networks,
  ),
  POSTERN_SHARED_NETWORKS: plain('', 'networks many people share, with ten times the limits', networks),
  POSTERN_ORGANIZATION_CREATION: plain('self_serve', 'or `on_request`', z.enum(['self_serve', 'on_request'])),
  POSTERN_DEFAULT_PLAN: plain(
    'business',
    'plan of new accounts',
    z.enum(['free', 'launch', 'scale', 'business', 'enterprise']),
  ),
  POSTERN_SHARING: plain(
    'admins',
    'who may share a project: `admins`, `members`, `everyone_with_access`',
    z.enum(['admins', 'members', 'everyone_with_access']),
  ),
  POSTERN_INVOICES: plain('yes', 'accounts have billing details; no: the page is called Limits', yesOrNo),
  POSTERN_CONSUMPTION_WINDOWS: plain('no', "refuse consumption ranges outside Neon's moving windows", yesOrNo),
  ...FIRST_ISSUER_VARIABLES,
  POSTERN_OIDC_ISSUERS: plain(
    '',
    'names of more issuers; each has the variables above under its name, as `POSTERN_OIDC_OKTA_ISSUER`',
    issuerNames,
  ),
  HTTP_PROXY: secret('', 'proxy for http:// addresses of identity provider and webhook', proxyUrl),
  HTTPS_PROXY: secret('', 'proxy for https:// ones, mail and the command line; also in lower case', proxyUrl),
  NO_PROXY: plain('', 'reached without a proxy: names with those below them, `name:port`, networks, `*`', list),
  POSTERN_CA_FILE: plain('', 'authorities (PEM) to trust, too, in all that the proxies are for', optionalText),
  POSTERN_SMTP_URL: secret('', 'mail server; unset: mail goes to the log', smtpUrl),
  POSTERN_MAIL_FROM: plain('postern@localhost', 'sender of mail', text),
  POSTERN_AUDIT_WEBHOOK_URL: secret('', 'receives each audit event', webUrl),
  POSTERN_AUDIT_WEBHOOK_SECRET: secret('', 'signs them (HMAC-SHA256)', optionalSecret),
  POSTERN_WORKERS: plain('1', 'processes on this machine, each a node', integer(1, 64)),
  POSTERN_NODE_ID: plain('', 'name of this node; unset: random', optionalText),
  POSTERN_LOG_LEVEL: plain('info', 'or another', z.enum(['debug', 'info', 'warn', 'error', 'silent'])),
} as const;

export type VariableName = keyof typeof CONFIG_VARIABLES;
export type ConfigValues = {
  [Name in VariableName]: z.output<(typeof CONFIG_VARIABLES)[Name]['parse']>;
};
