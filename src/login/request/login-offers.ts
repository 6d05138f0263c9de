// Links shown to clients that do not wait: one for each terminal and target, the same at each try.
// What may be a health check is shown one that becomes a login request when a person opens it.

import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { isLoginRequestId, type LoginRequestId, type NodeId, newLoginRequestId } from '../../ids.ts';
import { normalizeAddress } from '../../network-address.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { Secret } from '../../secret.ts';
import { CREATE_LOGIN_REQUEST, KEPT_MS } from '../scripts/login-request-scripts.ts';
import { newUserCode } from '../terms/user-code.ts';
import type { LoginMoves } from './login-moves.ts';
import { type LoginRecord, type LoginRecords, newLoginFields, originSchema, parseJson } from './login-record.ts';
import type { LoginOrigin, LoginRequest } from './login-request.ts';
import { type LoginTokens, TOKEN_BYTES } from './login-tokens.ts';
import { terminalDigest } from './terminal.ts';
import { UnfollowedLogins } from './unfollowed-logins.ts';
import type { Crowd } from './waiting-figures.ts';
import type { WaitingLogins } from './waiting-logins.ts';

export interface LoginOffer {
  readonly id: LoginRequestId;
  readonly userCode: string;
  readonly origin: LoginOrigin;
  /** How long it is kept after the time to decide. */
  readonly keepMs: number;
}

export interface OfferParts {
  readonly redis: RedisClient;
  /** The same on every node: makes the token of an offer, which is stored nowhere. */
  readonly tokenKey: Secret;
  /** The time to decide. */
  readonly ttlMs: number;
  readonly nodeId: NodeId;
}

interface OfferStores {
  readonly records: LoginRecords;
  readonly tokens: LoginTokens;
  readonly waiting: WaitingLogins;
  readonly moves: LoginMoves;
}

const offerSchema: z.ZodType<LoginOffer> = z.object({
  id: z.string().refine(isLoginRequestId),
  userCode: z.string(),
  origin: originSchema,
  // Absent in those of older versions.
  keepMs: z.number().int().default(KEPT_MS),
});

export class LoginOffers {
  readonly #parts: OfferParts & OfferStores;
  readonly #unfollowed: UnfollowedLogins;

  constructor(parts: OfferParts, stores: OfferStores) {
    this.#parts = { ...parts, ...stores };
    this.#unfollowed = new UnfollowedLogins(parts.redis);
  }

  /**
   * What this terminal was shown before, while nobody has opened it. Afterwards it may be in the
   * hands of a neighbour who says the same and was shown it, too.
   */
  async find(origin: LoginOrigin): Promise<LoginOffer | null> {
    const normal = normalOrigin(origin);
    const offer = await this.#findShown(normal);
    if (offer === null) return null;
    const record = await this.#parts.records.read(offer.id);
    if (record === null) await this.#keep(offer).then(() => this.#enter(offer));
    if (record === null || this.#isUsable(record)) return offer;
    await askStore(() => this.#parts.redis.del(keyOfTerminal(normal)));
    return null;
  }

  /** What this terminal is shown from now on. Throws `store_unavailable`. */
  async make(origin: LoginOrigin, keepMs = KEPT_MS): Promise<LoginOffer> {
    const { redis, ttlMs } = this.#parts;
    const normal = normalOrigin(origin);
    const offer = { id: newLoginRequestId(), userCode: newUserCode(), origin: normal, keepMs };
    await this.#keep(offer);
    // Connections that come at the same time show the same link: the first one's.
    const isFirst = await askStore(() => redis.set(keyOfTerminal(normal), offer.id, 'PX', ttlMs, 'NX'));
    const first = isFirst === null ? await this.#findShown(normal) : null;
    if (first === null) await this.#enter(offer);
    else await this.#forget(offer);
    return first ?? offer;
  }

  /** The login request that it becomes, once; null for an id that was never offered. */
  async open(id: LoginRequestId): Promise<{ request: LoginRequest; isNew: boolean } | null> {
    const { redis, records, nodeId } = this.#parts;
    const key = redisKeys.loginOffer(id);
    const [offer, remainingMs] = await askStore(() => Promise.all([this.#read(id), redis.pttl(key)]));
    if (offer === null) return null;
    const { outcome, record } = await records.run(CREATE_LOGIN_REQUEST, id, {
      life_ms: Math.max(0, remainingMs - offer.keepMs),
      keep_ms: offer.keepMs,
      fields: newLoginFields({ ...offer, nodeId, waiting: 'none' }),
    });
    if (record === null) return null;
    const isNew = outcome === 'moved';
    // Its end is recorded, unless it is one of very many: then once a person has opened it.
    if (isNew && offer.keepMs === KEPT_MS) await this.#unfollowed.add(record.request);
    return { request: record.request, isNew };
  }

  /** A login request, or the one that an offer of this id becomes now. */
  async findOrOpen(id: LoginRequestId | null): Promise<LoginRequest | null> {
    if (id === null) return null;
    return (await this.#parts.records.read(id))?.request ?? (await this.open(id))?.request ?? null;
  }

  /**
   * It gave way to newer ones, unless a person has opened it. One of very many leaves nothing, so
   * that a flood of links fills no store; the others leave their end in the trail.
   */
  async withdraw(id: LoginRequestId, crowd: Crowd): Promise<void> {
    const offer = await this.#read(id);
    const { kind, request } = await this.#parts.moves.withdrawOffer(id, crowd);
    if (offer === null || (kind === 'refused' && request !== null)) return;
    const { redis, records } = this.#parts;
    const keys = [redisKeys.loginOffer(id), keyOfTerminal(offer.origin)];
    await askStore(() => Promise.all(keys.map((key) => redis.del(key))));
    if (request !== null && offer.keepMs === KEPT_MS) return;
    await Promise.all([records.remove(id), this.#forget(offer)]);
  }

  async #forget(offer: LoginOffer): Promise<void> {
    const { redis, tokens } = this.#parts;
    await askStore(() => redis.del(redisKeys.loginOffer(offer.id)));
    await tokens.forget(this.tokenOf(offer), offer);
  }

  tokenOf({ id }: LoginOffer): Secret {
    const key = this.#parts.tokenKey.reveal();
    const digest = createHmac('sha256', key).update(`postern:login-offer:${id}`).digest();
    return new Secret(digest.subarray(0, TOKEN_BYTES).toString('base64url'));
  }

  // One that nobody opened must leave the time to do so.
  #isUsable({ request: { status }, remainingMs }: LoginRecord): boolean {
    const isLate = remainingMs !== null && remainingMs < this.#parts.ttlMs / 4;
    return status === 'pending' && !isLate;
  }

  async #findShown(origin: LoginOrigin): Promise<LoginOffer | null> {
    const id = await askStore(() => this.#parts.redis.get(keyOfTerminal(origin)));
    return id === null || !isLoginRequestId(id) ? null : await this.#read(id);
  }

  async #read(id: LoginRequestId): Promise<LoginOffer | null> {
    const text = await askStore(() => this.#parts.redis.get(redisKeys.loginOffer(id)));
    return text === null ? null : offerSchema.parse(parseJson(text));
  }

  /** From now on for the whole time to decide, since it was shown just now. */
  async #keep(offer: LoginOffer): Promise<void> {
    const { redis, tokens, ttlMs } = this.#parts;
    const { id, origin, keepMs } = offer;
    await askStore(() =>
      Promise.all([
        redis.set(redisKeys.loginOffer(id), JSON.stringify(offer), 'PX', ttlMs + keepMs),
        redis.pexpire(keyOfTerminal(origin), ttlMs),
        tokens.keep(this.tokenOf(offer), offer, ttlMs + keepMs),
      ]),
    );
  }

  // After it is written: it may have to give way to the next one at once.
  async #enter({ id, origin }: LoginOffer): Promise<void> {
    await this.#parts.waiting.enterOffered(id, origin, this.#parts.ttlMs);
  }
}

function normalOrigin(origin: LoginOrigin): LoginOrigin {
  return { ...origin, address: normalizeAddress(origin.address) };
}

function keyOfTerminal(origin: LoginOrigin): string {
  const { requestedDatabase, hints, replication, serverName } = origin;
  // A neighbour who was asked for a key gets no link for somebody who was not.
  const asking = origin.isUnasked === true ? ['unasked'] : [];
  const target = JSON.stringify([terminalDigest(origin), requestedDatabase, hints, replication, serverName, ...asking]);
  return redisKeys.offerOfTerminal(createHash('sha256').update(target).digest('hex'));
}
