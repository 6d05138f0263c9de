// The environment as one frozen Config, or one error that lists every bad variable. The table of variables is the
// single source for parsing, for `postern config` and for the README's table.

import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { parseNetwork } from './network-address.ts';
import { Secret } from './secret.ts';

export interface ConfiguredHost {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  /** Connection URL of a role that may create roles and databases. */
  readonly url: Secret;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret | null;
  readonly name: string;
}

export interface Config {
  readonly brand: string;
  readonly nodeId: string | null;
  readonly workers: number;
  readonly demo: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly dataDir: string;
  readonly databaseUrl: Secret | null;
  readonly redisUrl: Secret | null;
  /** Keys that seal credentials, current first; null: made once in the data directory. */
  readonly secretKeys: readonly Secret[] | null;
  readonly hosts: readonly ConfiguredHost[];
  readonly pg: {
    readonly host: string;
    readonly port: number;
    /** True when nobody asked for this port, so that another may be taken. */
    readonly portIsDefault: boolean;
    readonly publicHost: string | null;
    readonly tls: 'require' | 'allow' | 'require_off_loopback';
    readonly certPaths: readonly string[];
    readonly keyPaths: readonly string[];
    readonly proxyProtocolFrom: readonly string[];
  };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly portIsDefault: boolean;
    readonly publicUrl: string | null;
    readonly trustedProxies: readonly string[];
  };
  readonly metrics: { readonly host: string; readonly port: number | null };
  readonly login: {
    readonly ttlMs: number;
    readonly noticeBlindMs: number;
    readonly reverseCode: 'when_new' | 'always' | 'never';
    readonly allowedNetworks: readonly string[];
    readonly stampApplicationName: boolean;
  };
  readonly drainMs: number;
  readonly upstream: {
    readonly wakeMs: number;
    readonly allowedNetworks: readonly string[];
    readonly allowedPorts: readonly number[];
  };
  readonly limits: {
    readonly waitingPerAddress: number;
    readonly waitingInTotal: number;
    readonly connectionsInTotal: number;
    readonly sharedNetworks: readonly string[];
  };
  readonly organizations: {
    readonly creation: 'self_serve' | 'on_request';
    readonly defaultPlan: 'free' | 'launch' | 'scale' | 'business' | 'enterprise';
    readonly sharing: 'admins' | 'members' | 'everyone_with_access';
  };
  readonly consumptionWindows: boolean;
  readonly oidc: OidcConfig | null;
  readonly smtpUrl: Secret | null;
  readonly mailFrom: string;
  readonly auditWebhook: { readonly url: string; readonly secret: Secret } | null;
}

/** A variable's value as text with its source; secrets are masked. For `postern config`. */
export interface ConfigLine {
  readonly name: string;
  readonly value: string;
  readonly source: 'environment' | 'default';
  readonly meaning: string;
}

/** Every bad variable of one environment, each with what is wrong. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const list = z.string().transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''));
const networks = list.refine((items) => items.every((item) => parseNetwork(item) !== null), 'a list of networks, like 10.0.0.0/8');
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1).max(10_000_000);
const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: 'a duration, like 90s, 2m or 8h' });
  return z.NEVER;
});
const durationBetween = (lowestMs: number, highestMs: number) =>
  duration.refine((ms) => ms >= lowestMs && ms <= highestMs, `between ${lowestMs / 1_000} s and ${highestMs / 1_000} s`);
const secret = z.string().min(1).transform((text) => new Secret(text));
