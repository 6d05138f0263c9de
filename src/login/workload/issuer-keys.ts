// The signing keys of issuers that organizations trust, kept for a while. Each account has places
// of its own, so that no tenant's issuers push out another's.

import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { KeptAnswer } from '../../async/kept-answer.ts';
import type { AccountId } from '../../ids.ts';
import type { TenantFetch } from '../../wire/dial/tenant-fetch.ts';

/** jose asks again for an unknown `kid`, at most so often. */
const COOL_DOWN_MS = 30_000;
const KEPT_MS = 10 * 60_000;
const FAILURE_KEPT_MS = 5_000;
const DISCOVERY_LIMIT_MS = 10_000;
const ISSUERS_PER_ACCOUNT = 8;
const ACCOUNTS = 1_000;

// OpenID Connect Discovery 1.0, 3.
const documentSchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }).max(2_048) });

interface Kept {
  readonly keys: KeptAnswer<JWTVerifyGetKey>;
  readonly sinceMs: number;
}

export class IssuerKeys {
  readonly #fetch: TenantFetch;
  readonly #nowMs: () => number;
  readonly #accounts = new Map<AccountId, Map<string, Kept>>();

  constructor(fetch: TenantFetch, nowMs: () => number = () => performance.now()) {
    this.#fetch = fetch;
    this.#nowMs = nowMs;
  }

  /** Throws an Error that says why, for the log: discovery failed now or a moment ago. */
  async keysOf(accountId: AccountId, issuer: string): Promise<JWTVerifyGetKey> {
    const issuers = latest(this.#accounts, accountId, { make: () => new Map<string, Kept>(), most: ACCOUNTS });
    const known = issuers.get(issuer);
    if (known !== undefined && this.#nowMs() - known.sinceMs >= KEPT_MS) issuers.delete(issuer);
    const kept = latest(issuers, issuer, { make: () => this.#keep(issuer), most: ISSUERS_PER_ACCOUNT });
    return await kept.keys.get();
  }

  #keep(issuer: string): Kept {
    const ask = () => discover(issuer, this.#fetch);
    const figures = { failureKeptMs: FAILURE_KEPT_MS, patienceMs: DISCOVERY_LIMIT_MS, now: this.#nowMs };
    return { keys: new KeptAnswer({ ask, ...figures }), sinceMs: this.#nowMs() };
  }
}

/** The value of the key, now the last to be dropped. */
function latest<Key, Value>(map: Map<Key, Value>, key: Key, how: { make: () => Value; most: number }): Value {
  const value = map.get(key) ?? how.make();
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > how.most && oldest !== undefined) map.delete(oldest);
  return value;
}

async function discover(issuer: string, fetch: TenantFetch): Promise<JWTVerifyGetKey> {
  const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const { status, body } = await fetch(url, { method: 'GET', signal: AbortSignal.timeout(DISCOVERY_LIMIT_MS) });
  if (status !== 200) throw new Error(`discovery is answered with ${status}`);
  const document = documentSchema.parse(JSON.parse(body.toString('utf8')));
  if (document.issuer !== issuer) throw new Error('discovery names another issuer');
  return createRemoteJWKSet(new URL(document.jwks_uri), {
    cooldownDuration: COOL_DOWN_MS,
    cacheMaxAge: KEPT_MS,
    [customFetch]: async (address, { signal }) => {
      const answer = await fetch(new URL(address), { method: 'GET', signal });
      return new Response(new Uint8Array(answer.body), { status: answer.status });
    },
  });
}
