// Where the provider keeps things. What a program asks of a person lies in Redis and is soon
// forgotten; what the person agreed to, and what rests on that, lies in the catalogue (decision
// 043).

import { InvalidGrant } from 'oidc-provider/lib/helpers/errors.js';
import type { Adapter } from 'oidc-provider/lib/provider.js';
import { z } from 'zod';
import type { ActionParts } from '../../../actions/action-parts.ts';
import { consumeIssuedToken, endConsent, keepIssuedToken } from '../../../actions/oauth/change-consents.ts';
import { findConsent } from '../../../catalogue/oauth/consents.ts';
import { findIssuedToken, type IssuedKind } from '../../../catalogue/oauth/issued-tokens.ts';
import { hashOfSecret } from '../../../catalogue/store/random-secrets.ts';
import type { AuditContext } from '../../../catalogue/trail/audit-context.ts';
import { type ConsentId, idFrom, type UserId } from '../../../ids.ts';
import { FloodRing } from '../../../redis/flood-ring.ts';
import type { RedisClient } from '../../../redis/redis-client.ts';
import { redisKeys } from '../../../redis/redis-keys.ts';
import { askStore } from '../../../redis/redis-script.ts';
import { PATHS } from './paths.ts';

interface Asked {
  readonly context: AuditContext;
  readonly path: string;
  /** Null: nobody is signed in. */
  readonly userId: UserId | null;
}

export interface StoreParts extends Pick<ActionParts, 'catalogue'> {
  readonly redis: RedisClient;
  /** Of the request that is being answered. */
  readonly asked: () => Asked;
}

/** Requests that wait for one person. */
const MOST_OF_PERSON = 50;

const KINDS: ReadonlyMap<string, IssuedKind> = new Map([
  ['AuthorizationCode', 'code'],
  ['AccessToken', 'access'],
  ['RefreshToken', 'refresh'],
]);

export function providerStore(parts: StoreParts): (model: string) => Adapter {
  return (model) => {
    const kind = KINDS.get(model);
    if (kind !== undefined) return tokens(parts, kind);
    if (model === 'Grant') return consents(parts);
    if (model === 'Interaction') return interactions(parts);
    return NOTHING;
  };
}

/**
 * NOTE: also the provider's own sessions are never kept: who is signed in is our browser session
 * alone, asked for each consent.
 */
const NOTHING: Adapter = {
  upsert: async () => {},
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: async () => {},
  destroy: async () => {},
  revokeByGrantId: async () => {},
};

const payloadSchema = z.record(z.string(), z.unknown());
const grantedSchema = z.object({ grantId: z.string() });

/** By digest; a token that is destroyed goes with its consent. */
function tokens({ catalogue, asked }: StoreParts, kind: IssuedKind): Adapter {
  const parts = { catalogue };
  return {
    ...NOTHING,
    upsert: async (token, { jti: _token, ...payload }, expiresInSeconds) => {
      const consentId = idFrom<ConsentId>(grantedSchema.parse(payload).grantId);
      const issued = { token, kind, consentId, payload, lifeMs: expiresInSeconds * 1_000 };
      if (!(await keepIssuedToken(parts, issued))) throw new InvalidGrant('the consent has ended');
    },
    find: async (token) => {
      const found = await findIssuedToken(catalogue, { token, kind });
      if (found === null) return undefined;
      const { consumedAt, payload } = found;
      return { ...payload, jti: token, ...(consumedAt !== null && { consumed: secondsOf(consumedAt) }) };
    },
    // NOTE: the provider looks and then marks; of two at once, one must lose here.
    consume: async (token) => {
      if (await consumeIssuedToken(parts, { token, kind })) return;
      const found = await findIssuedToken(catalogue, { token, kind });
      if (found !== null) await endConsent(parts, asked().context, { id: found.consentId, reason: USED_TWICE });
      throw new InvalidGrant('used twice');
    },
  };
}

const USED_TWICE = 'a code or refresh token came twice';

function consents({ catalogue, asked }: StoreParts): Adapter {
  return {
    ...NOTHING,
    find: async (id) => {
      const consent = await findConsent(catalogue, id);
      if (consent === null) return undefined;
      return {
        jti: id,
        kind: 'Grant',
        iat: secondsOf(consent.createdAt),
        exp: secondsOf(consent.expiresAt),
        accountId: consent.userId,
        clientId: consent.clientId,
        openid: { scope: consent.scopes.join(' ') },
      };
    },
    destroy: async (id) => {
      const { context, path } = asked();
      const reason = path === PATHS.revocation ? 'by the program' : USED_TWICE;
      await endConsent({ catalogue }, context, { id: idFrom<ConsentId>(id), reason });
    },
  };
}

/** Requests that nobody has answered yet. NOTE: none is kept for strangers (oauth-routes.ts). */
function interactions({ redis, asked }: StoreParts): Adapter {
  const keyOf = (uid: string) => redisKeys.oauthRequest(hashOfSecret(uid).toString('hex'));
  const ring = new FloodRing(redis, 'program', MOST_OF_PERSON);
  return {
    ...NOTHING,
    upsert: async (uid, { jti: _uid, ...payload }, expiresInSeconds) => {
      const key = keyOf(uid);
      // What is answered lies in the ring already.
      if (payload.result === undefined) {
        const { userId } = asked();
        if (userId === null) throw new Error('a request of a program waits for nobody');
        await ring.enter([key], { userId, lifeMs: expiresInSeconds * 1_000 });
      }
      await askStore(() => redis.set(key, JSON.stringify(payload), 'EX', expiresInSeconds));
    },
    find: async (uid) => {
      const text = await askStore(() => redis.get(keyOf(uid)));
      return text === null ? undefined : { ...payloadSchema.parse(JSON.parse(text)), jti: uid };
    },
    destroy: async (uid) => {
      await askStore(() => redis.del(keyOf(uid)));
    },
  };
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
