// The environment as one frozen Config, or one error that lists every bad variable.

import type { Secret } from '../secret.ts';
import type { ConfigValues, VariableName } from './config-variables.ts';
import { isInContainer } from './container.ts';
import { issuersFrom } from './issuer-config.ts';
import type { OutgoingSettings } from './outgoing-agent.ts';
import { type Environment, readEnvironment } from './read-environment.ts';

const REST_WHEN_TRYING_OUT_MS = 10_000;

export type Machine = 'machine' | 'container';

interface LoadOptions {
  readonly demo?: 'with' | 'without';
  /** Asked only where the environment leaves it open. */
  readonly runsIn?: () => Machine;
}

export type Config = ReturnType<typeof loadConfig>;

type Frozen<T> = T extends Secret | string | number | boolean | null
  ? T
  : { readonly [Key in keyof T]: Frozen<T[Key]> };

/** An empty variable counts as unset. Throws ConfigError with every bad variable at once. */
export function loadConfig(environment: Environment, options: LoadOptions = {}) {
  const values = readEnvironment(environment);
  const loopback = loopbackFrom(values.POSTERN_TRUST_LOOPBACK, options.runsIn ?? (() => machineOf(environment)));
  const isSet = (name: VariableName) => (environment[name] ?? '') !== '';
  // A configured installation must not move to another port: clients and balancers know its ports.
  const isTryingOut = values.DATABASE_URL === null;
  return deepFreeze({
    brand: values.POSTERN_BRAND,
    nodeId: values.POSTERN_NODE_ID,
    workers: values.POSTERN_WORKERS,
    demo: options.demo === 'with',
    /** Whether a client at loopback is on this machine; `when_found` among its sockets. */
    loopback,
    logLevel: values.POSTERN_LOG_LEVEL,
    dataDir: values.POSTERN_DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    /** Keys that seal credentials, current first; null: made once in the data directory. */
    secretKeys: values.POSTERN_SECRET_KEY,
    hosts: values.POSTERN_HOSTS,
    pg: {
      host: values.POSTERN_PG_HOST,
      port: values.POSTERN_PG_PORT,
      /** Embedded defaults only, when nobody asked for this port: another one if it is taken. */
      portMayDiffer: isTryingOut && !isSet('POSTERN_PG_PORT'),
      ...{ publicHost: values.POSTERN_PG_PUBLIC_HOST, publicPort: values.POSTERN_PG_PUBLIC_PORT },
      tls: values.POSTERN_TLS,
      certPaths: values.POSTERN_TLS_CERT,
      keyPaths: values.POSTERN_TLS_KEY,
      proxyProtocolFrom: values.POSTERN_PROXY_PROTOCOL_FROM,
    },
    keepaliveMs: values.POSTERN_KEEPALIVE,
    http: {
      host: values.POSTERN_HTTP_HOST,
      port: values.POSTERN_HTTP_PORT,
      portMayDiffer: isTryingOut && !isSet('POSTERN_HTTP_PORT'),
      publicUrl: values.POSTERN_PUBLIC_URL,
      trustedProxies: values.POSTERN_TRUSTED_PROXIES,
      proxyHeader: values.POSTERN_PROXY_HEADER,
    },
    metrics: { host: values.POSTERN_METRICS_HOST, port: values.POSTERN_METRICS_PORT },
    login: {
      ttlMs: values.POSTERN_LOGIN_TTL,
      askTtlMs: values.POSTERN_ASK_TTL,
      noticeBlindMs: values.POSTERN_NOTICE_BLIND_WAIT,
      ...noticeClientsFrom(values),
      reverseCode: values.POSTERN_REVERSE_CODE,
      allowedNetworks: values.POSTERN_ALLOWED_NETWORKS,
      stampApplicationName: values.POSTERN_STAMP_APPLICATION_NAME,
    },
    /** Programs that may ask people for access to the management API. */
    oauthClients: values.POSTERN_OAUTH_CLIENTS,
    /** restMs null: no connection ends before the limit. */
    drain: { limitMs: values.POSTERN_DRAIN, restMs: drainRestFrom(values.POSTERN_DRAIN_REST, { isTryingOut }) },
    upstream: {
      wakeMs: values.POSTERN_WAKE_LIMIT,
      pidToldTo: values.POSTERN_UPSTREAM_PID,
      ...{ allowedNetworks: values.POSTERN_UPSTREAM_NETWORKS, allowedPorts: values.POSTERN_UPSTREAM_PORTS },
      webhookNetworks: values.POSTERN_WEBHOOK_NETWORKS,
    },
    limits: {
      waitingPerAddress: values.POSTERN_WAITING_PER_ADDRESS,
      waitingInTotal: values.POSTERN_WAITING_TOTAL,
      connectionsInTotal: values.POSTERN_CONNECTIONS_TOTAL,
      connectionsPerPerson: values.POSTERN_CONNECTIONS_PER_PERSON,
      connectionsPerGrant: values.POSTERN_CONNECTIONS_PER_GRANT,
      connectionsPerCompute: values.POSTERN_CONNECTIONS_PER_COMPUTE,
      connectionsPerProject: values.POSTERN_CONNECTIONS_PER_PROJECT,
      sharedNetworks: values.POSTERN_SHARED_NETWORKS,
      unlimitedNetworks:
        isSet('POSTERN_UNLIMITED_NETWORKS') || loopback !== 'anybodys' ? values.POSTERN_UNLIMITED_NETWORKS : [],
    },
    organizations: organizationsFrom(values),
    consumptionWindows: values.POSTERN_CONSUMPTION_WINDOWS,
    issuers: issuersFrom(values, outgoingFrom(values)),
    outgoing: outgoingFrom(values),
    ...{ smtpUrl: values.POSTERN_SMTP_URL, mailFrom: values.POSTERN_MAIL_FROM },
    auditWebhook: auditWebhookFrom(values),
  });
}

function organizationsFrom(values: ConfigValues) {
  return {
    creation: values.POSTERN_ORGANIZATION_CREATION,
    defaultPlan: values.POSTERN_DEFAULT_PLAN,
    sharing: values.POSTERN_SHARING,
    /** Whether accounts have billing details. */
    invoices: values.POSTERN_INVOICES,
  };
}

function machineOf(environment: Environment): Machine {
  return isInContainer(environment) ? 'container' : 'machine';
}

function loopbackFrom(trust: ConfigValues['POSTERN_TRUST_LOOPBACK'], runsIn: () => Machine) {
  if (trust !== 'auto') return trust === 'yes' ? 'this_machine' : 'anybodys';
  return runsIn() === 'container' ? 'anybodys' : 'when_found';
}

/** Short for the embedded defaults; a restart of a fleet must not cut connections. */
function drainRestFrom(
  rest: ConfigValues['POSTERN_DRAIN_REST'],
  { isTryingOut }: { readonly isTryingOut: boolean },
): number | null {
  if (rest === null) return isTryingOut ? REST_WHEN_TRYING_OUT_MS : null;
  return rest === 'never' ? null : rest;
}

function outgoingFrom(values: ConfigValues): OutgoingSettings {
  const { HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy, NO_PROXY: noProxy, POSTERN_CA_FILE: caFile } = values;
  const authorities = caFile === null ? [] : [{ variable: 'POSTERN_CA_FILE', path: caFile }];
  return { httpProxy, httpsProxy, noProxy, authorities };
}

function auditWebhookFrom(values: ConfigValues): { url: string; secret: Secret } | null {
  if (values.POSTERN_AUDIT_WEBHOOK_URL === null || values.POSTERN_AUDIT_WEBHOOK_SECRET === null) return null;
  return { url: values.POSTERN_AUDIT_WEBHOOK_URL, secret: values.POSTERN_AUDIT_WEBHOOK_SECRET };
}

function deepFreeze<T extends object>(value: T): Frozen<T> {
  for (const inner of Object.values(value)) {
    if (inner !== null && typeof inner === 'object' && !Object.isFrozen(inner)) deepFreeze(inner);
  }
  return Object.freeze(value) as Frozen<T>;
}

function noticeClientsFrom(values: ConfigValues) {
  return { noticeClients: values.POSTERN_NOTICE_CLIENTS, noticeBlindClients: values.POSTERN_NOTICE_BLIND_CLIENTS };
}
