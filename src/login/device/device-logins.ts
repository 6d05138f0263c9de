// Logins of devices (RFC 8628): a client asks over HTTP for a code that its person types or opens,
// asks again until it is given a token, and connects with that.

import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { PosternError } from '../../errors.ts';
import { idSchema, type LoginRequestId } from '../../ids.ts';
import { FloodRing } from '../../redis/flood-ring.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { Secret } from '../../secret.ts';
import { addressKey, type Located, localityOf } from '../request/locality.ts';
import { isDenialHeld, type LoginOrigin, type LoginRequest } from '../request/login-request.ts';
import type { LoginRequests } from '../request/login-requests.ts';
import { UnfollowedLogins } from '../request/unfollowed-logins.ts';
import { CONSUME_LIMIT_MS, KEPT_MS } from '../scripts/login-request-scripts.ts';

/** RFC 8628, 3.2: seconds between two questions. */
export const POLL_INTERVAL_S = 5;
/** A little less, since clocks and networks differ. */
const SOONEST_MS = 4_000;
const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;

export interface DeviceLogin {
  readonly request: LoginRequest;
  readonly deviceCode: Secret;
  /** Of the page for this login. */
  readonly linkToken: Secret;
}

export type DevicePoll =
  | { readonly kind: 'token'; readonly token: Secret; readonly lifeMs: number }
  | { readonly kind: 'pending' | 'slow_down' | 'expired' | 'unknown' }
  /** It gave way to newer ones. */
  | { readonly kind: 'crowded_out'; readonly why: PosternError }
  | { readonly kind: 'denied'; readonly isLinkNeeded: boolean };

const ticketSchema = z.object({ id: idSchema<LoginRequestId>(), place: z.string() });

export class DeviceLogins {
  readonly #redis: RedisClient;
  readonly #loginRequests: LoginRequests;
  readonly #unfollowed: UnfollowedLogins;
  readonly #flood: FloodRing;

  constructor({ redis, loginRequests }: { readonly redis: RedisClient; readonly loginRequests: LoginRequests }) {
    this.#redis = redis;
    this.#loginRequests = loginRequests;
    this.#unfollowed = new UnfollowedLogins(redis);
    this.#flood = new FloodRing(redis, 'device');
  }

  /** Throws as `LoginRequests.open`. */
  async begin(origin: LoginOrigin, { keepMs = KEPT_MS }: { readonly keepMs?: number } = {}): Promise<DeviceLogin> {
    const { request, token } = await this.#loginRequests.open(origin, { waiting: 'token', keepMs });
    // No connection sees its end; one of very many is followed once a person has opened it.
    if (keepMs === KEPT_MS) await this.#unfollowed.add(request);
    const deviceCode = newSecret();
    const key = codeKey(deviceCode.reveal());
    const lifeMs = lifeOf(request) + keepMs;
    await askStore(() => this.#redis.set(key, request.id, 'PX', lifeMs));
    if (keepMs < KEPT_MS) await this.#flood.enter([key], { address: request.origin.address, lifeMs });
    return { request, deviceCode, linkToken: token };
  }

  /** Gives the token once. Throws `store_unavailable`. */
  async poll(deviceCode: string, from: Located): Promise<DevicePoll> {
    if (!SECRET.test(deviceCode)) return { kind: 'unknown' };
    const key = codeKey(deviceCode);
    const [id, isInTime] = await askStore(() =>
      Promise.all([this.#redis.get(key), this.#redis.set(`${key}:polled`, '', 'PX', SOONEST_MS, 'NX')]),
    );
    const request = id === null ? null : await this.#loginRequests.find(idSchema<LoginRequestId>().parse(id));
    if (request === null) return { kind: 'unknown' };
    // NOTE: the page compared the address that asked, so no other may have the token.
    if (placeOf(from) !== placeOf(request.origin)) return { kind: 'unknown' };
    // The person may take a denial back for a moment.
    if (isDenialHeld(request)) return { kind: 'pending' };
    switch (request.status) {
      case 'pending':
      case 'claimed':
      case 'submitted':
        // Its person may ask for more time, or others to agree.
        await askStore(() => this.#redis.pexpire(key, lifeOf(request) + KEPT_MS));
        return { kind: isInTime === null ? 'slow_down' : 'pending' };
      case 'approved':
        return await this.#give(request, { key, from });
      case 'denied':
        return { kind: 'denied', isLinkNeeded: request.reason === 'link_needed' };
      case 'abandoned': {
        const why = this.#loginRequests.refusalOf(request);
        return why === null ? { kind: 'expired' } : { kind: 'crowded_out', why };
      }
      case 'expired':
      case 'consumed':
        return { kind: 'expired' };
    }
  }

  async #give({ id }: LoginRequest, { key, from }: { key: string; from: Located }): Promise<DevicePoll> {
    if ((await askStore(() => this.#redis.getdel(key))) === null) return { kind: 'unknown' };
    const token = newSecret();
    const ticket = JSON.stringify({ id, place: placeOf(from) });
    await askStore(() => this.#redis.set(tokenKey(token.reveal()), ticket, 'PX', CONSUME_LIMIT_MS));
    return { kind: 'token', token, lifeMs: CONSUME_LIMIT_MS };
  }

  /** Consumes what the token stands for; null where it is not one, was used, or is of elsewhere. */
  async take(token: string, at: Located): Promise<LoginRequest | null> {
    if (!SECRET.test(token)) return null;
    const text = await askStore(() => this.#redis.getdel(tokenKey(token)));
    if (text === null) return null;
    const { id, place } = ticketSchema.parse(JSON.parse(text));
    if (place !== placeOf(at)) return null;
    const outcome = await this.#loginRequests.consume(id);
    return outcome.kind === 'moved' ? outcome.request : null;
  }
}

function lifeOf({ createdAt, expiresAt }: LoginRequest): number {
  return expiresAt.getTime() - createdAt.getTime();
}

function newSecret(): Secret {
  return new Secret(randomBytes(SECRET_BYTES).toString('base64url'));
}

/** A machine's own addresses are one place: a client may ask by ::1 and connect by 127.0.0.1. */
function placeOf(located: Located): string {
  return localityOf(located).kind === 'remote' ? addressKey(located) : 'this machine';
}

function codeKey(secret: string): string {
  return redisKeys.deviceCode(digest(secret));
}

function tokenKey(secret: string): string {
  return redisKeys.bearerToken(digest(secret));
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
