// The reverse code (docs/security.md, "Address comparison and reverse code"): digits from the
// approval page, typed into the terminal as a password. Six with three tries; where others have
// used up the tries, twelve, which need none, for the next hour: nobody is kept out by a neighbour.

import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { PosternError } from '../../errors.ts';
import { idFrom, type LoginRequestId } from '../../ids.ts';
import { ExpiringIndex } from '../../redis/expiring-index.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { Secret } from '../../secret.ts';
import { BEGIN_REVERSE_CODE, CHECK_REVERSE_CODE, GIVE_BACK_TRY } from '../scripts/login-request-scripts.ts';
import { LoginRecords } from './login-record.ts';
import type { Approval, LoginRequest } from './login-request.ts';
import { ProvenNetworks } from './proven-networks.ts';
import { loginNameDigest, type UserAtPlace } from './terminal.ts';

const DIGITS = 6;
const TRIES = 3;
/** So many that wrong answers need no count. */
const UNCOUNTED_DIGITS = 12;
const BURNED_FOR_MS = 3_600_000;
const CODE_LIFE_MS = 120_000;
/** Per address and requested user, in all and of one person: several people may share one NAT. */
const MAX_OPEN = 25;
const MAX_OPEN_OF_PERSON = 5;
const CODE = new RegExp(`^\\d{${DIGITS}}$|^\\d{${UNCOUNTED_DIGITS}}$`);
// PasswordMessage is bounded before it gets here; a code with spaces is far shorter than this.
const MAX_TYPED_CHARACTERS = 32;

export type ReverseCodeBegin =
  | { readonly kind: 'begun'; readonly digits: Secret; readonly request: LoginRequest }
  | { readonly kind: 'refused'; readonly request: LoginRequest | null };

export type ReverseCodeCheck =
  /** Approved and consumed in one move: the connection that sent the digits is admitted. */
  | { readonly kind: 'consumed'; readonly request: LoginRequest }
  | { readonly kind: 'wrong' }
  /** The last try: these requests are denied. */
  | { readonly kind: 'burned'; readonly requests: readonly LoginRequest[] }
  /** A program's saved password, which says nothing of the digits and costs no try. */
  | { readonly kind: 'not_a_code' }
  | { readonly kind: 'none_open' };

export class ReverseCodes {
  readonly #redis: RedisClient;
  readonly #records: LoginRecords;
  readonly #secret: Secret;
  readonly #proven: ProvenNetworks;

  /** `secret`, the same on every node, is the key of the HMAC under which digits are stored. */
  constructor({ redis, secret }: { redis: RedisClient; secret: Secret }) {
    this.#redis = redis;
    this.#records = new LoginRecords(redis);
    this.#proven = new ProvenNetworks(redis);
    this.#secret = secret;
  }

  /** For 120 s. Throws PosternError `too_many_requests` when the person has five open there. */
  async begin(id: LoginRequestId, approval: Approval): Promise<ReverseCodeBegin> {
    const known = await this.#records.read(id);
    if (known === null) return { kind: 'refused', request: null };
    const { origin } = known.request;
    const others = (await this.findOpen(origin)).filter((other) => other.id !== id);
    const own = others.filter(({ claim }) => claim?.userId === approval.userId);
    if (own.length >= MAX_OPEN_OF_PERSON) throw new PosternError('too_many_requests');
    const open = this.#openOf(origin);
    if (!(await open.enter(id, { lifeMs: CODE_LIFE_MS, most: MAX_OPEN }))) throw new PosternError('too_many_requests');
    const length = (await this.#isBurned(origin)) ? UNCOUNTED_DIGITS : DIGITS;
    const digits = String(randomInt(10 ** length)).padStart(length, '0');
    const { outcome, record } = await this.#records.run(BEGIN_REVERSE_CODE, id, {
      claimed_by: approval.userId,
      digest: this.#digest(id, digits),
      length,
      approval: JSON.stringify(approval),
      life_ms: CODE_LIFE_MS,
    });
    const request = record?.request ?? null;
    if (outcome === 'moved' && request !== null) return { kind: 'begun', digits: new Secret(digits), request };
    if (request === null || request.stepUp === null) await open.leave(id);
    return { kind: 'refused', request };
  }

  async findOpen(loginName: UserAtPlace): Promise<LoginRequest[]> {
    const ids = await this.#openOf(loginName).ids(MAX_OPEN);
    const records = await Promise.all(ids.map((id) => this.#records.read(idFrom<LoginRequestId>(id))));
    return records.flatMap((record) => (record === null || record.request.stepUp === null ? [] : [record.request]));
  }

  /** Newest first. A right one is consumed in the same step, and costs the others no try. */
  async check(loginName: UserAtPlace, typed: string): Promise<ReverseCodeCheck> {
    const digits = typed.length > MAX_TYPED_CHARACTERS ? '' : typed.replace(/[\s-]/g, '');
    if (!CODE.test(digits)) return { kind: 'not_a_code' };
    const wrong: LoginRequestId[] = [];
    const burned: LoginRequest[] = [];
    let isUnlike = false;
    for (const { id } of await this.findOpen(loginName)) {
      const { outcome, record } = await this.#checkOne(id, digits);
      if (outcome === 'unlike') isUnlike = true;
      if (outcome === 'wrong') wrong.push(id);
      if (outcome === 'unlike' || outcome === 'wrong') continue;
      await this.#openOf(loginName).leave(id);
      if (record === null || outcome === 'refused') continue;
      if (outcome === 'moved') return await this.#consumed(record.request, wrong);
      burned.push(record.request);
    }
    if (burned.length > 0) {
      await this.#redis.set(this.#burnedKey(loginName), '1', 'PX', BURNED_FOR_MS);
      return { kind: 'burned', requests: burned };
    }
    if (wrong.length > 0) return { kind: 'wrong' };
    return { kind: isUnlike ? 'not_a_code' : 'none_open' };
  }

  #checkOne(id: LoginRequestId, digits: string) {
    return this.#records.run(CHECK_REVERSE_CODE, id, {
      nonce: randomBytes(9).toString('base64url'),
      digest: this.#digest(id, digits),
      length: digits.length,
      most: digits.length === DIGITS ? TRIES : null,
    });
  }

  /** NOTE: only to the right digits of another code, or tries would cost nothing. */
  async #consumed(request: LoginRequest, others: readonly LoginRequestId[]): Promise<ReverseCodeCheck> {
    for (const id of others) await this.#records.run(GIVE_BACK_TRY, id, {});
    await this.#rememberProof(request);
    return { kind: 'consumed', request };
  }

  async #isBurned(loginName: UserAtPlace): Promise<boolean> {
    return (await this.#redis.exists(this.#burnedKey(loginName))) > 0;
  }

  #burnedKey(loginName: UserAtPlace): string {
    return redisKeys.burnedReverseCodes(loginNameDigest(loginName));
  }

  async #rememberProof({ approval, origin }: LoginRequest): Promise<void> {
    if (approval === null) return;
    const { userId, browserAddress } = approval;
    await this.#proven.remember({ userId, terminal: origin, browserAddress });
  }

  #digest(id: LoginRequestId, digits: string): string {
    return createHmac('sha256', this.#secret.reveal())
      .update(`postern:reverse-code:${id}:${digits}`)
      .digest('base64url');
  }

  #openOf(loginName: UserAtPlace): ExpiringIndex {
    return new ExpiringIndex(this.#redis, redisKeys.openReverseCodes(loginNameDigest(loginName)));
  }
}
