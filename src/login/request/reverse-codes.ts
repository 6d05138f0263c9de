// The reverse code (docs/security.md, "Address comparison and reverse code"): six digits from the
// approval page, typed into the terminal as a password.

import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { PosternError } from '../../errors.ts';
import { idFrom, type LoginRequestId } from '../../ids.ts';
import { ExpiringIndex } from '../../redis/expiring-index.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { Secret } from '../../secret.ts';
import { BEGIN_REVERSE_CODE, CHECK_REVERSE_CODE } from '../scripts/login-request-scripts.ts';
import { LoginRecords } from './login-record.ts';
import type { Approval, LoginRequest } from './login-request.ts';
import { ProvenNetworks } from './proven-networks.ts';
import { loginNameDigest, type UserAtPlace } from './terminal.ts';

const DIGITS = 6;
const CODE_LIFE_MS = 120_000;
const TRIES = 3;
/** Per address and requested user: several people may share one NAT. */
const MAX_OPEN = 5;
const CODE = /^\d{6}$/;
// PasswordMessage is bounded before it gets here; a code with spaces is far shorter than this.
const MAX_TYPED_CHARACTERS = 32;

export type ReverseCodeBegin =
  | { readonly kind: 'begun'; readonly digits: Secret; readonly request: LoginRequest }
  | { readonly kind: 'refused'; readonly request: LoginRequest | null };

export type ReverseCodeCheck =
  /** Approved and consumed in one move: the connection that sent the digits is admitted. */
  | { readonly kind: 'consumed'; readonly request: LoginRequest }
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  /** The last allowed attempt was wrong. */
  | { readonly kind: 'denied'; readonly request: LoginRequest }
  /** A program's saved password: no try, since it says nothing of the digits. */
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

  /** For 120 s. Throws PosternError `too_many_requests` when five are open for this login name. */
  async begin(id: LoginRequestId, approval: Approval): Promise<ReverseCodeBegin> {
    const known = await this.#records.read(id);
    if (known === null) return { kind: 'refused', request: null };
    const open = this.#openOf(known.request.origin);
    if (!(await open.enter(id, { lifeMs: CODE_LIFE_MS, most: MAX_OPEN }))) throw new PosternError('too_many_requests');
    const digits = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
    const { outcome, record } = await this.#records.run(BEGIN_REVERSE_CODE, id, {
      claimed_by: approval.userId,
      digest: this.#digest(id, digits),
      approval: JSON.stringify(approval),
      life_ms: CODE_LIFE_MS,
      tries: TRIES,
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

  /** Newest first. Comparing and counting are one step, or parallel guesses would be free. */
  async check(loginName: UserAtPlace, typed: string): Promise<ReverseCodeCheck> {
    const digits = typed.length > MAX_TYPED_CHARACTERS ? '' : typed.replace(/[\s-]/g, '');
    if (!CODE.test(digits)) return { kind: 'not_a_code' };
    let answer: ReverseCodeCheck = { kind: 'none_open' };
    for (const { id } of await this.findOpen(loginName)) {
      const verdict = await this.#checkOne(id, digits);
      if (verdict.kind !== 'wrong') await this.#openOf(loginName).leave(id);
      if (verdict.kind === 'consumed') return verdict;
      if (answer.kind !== 'wrong' && verdict.kind !== 'none_open') answer = verdict;
    }
    return answer;
  }

  async #checkOne(id: LoginRequestId, digits: string): Promise<ReverseCodeCheck> {
    const nonce = randomBytes(9).toString('base64url');
    const { outcome, record } = await this.#records.run(CHECK_REVERSE_CODE, id, {
      nonce,
      digest: this.#digest(id, digits),
    });
    if (record === null) return { kind: 'none_open' };
    switch (outcome) {
      case 'moved':
        await this.#rememberProof(record.request);
        return { kind: 'consumed', request: record.request };
      case 'denied':
        return { kind: 'denied', request: record.request };
      case 'wrong':
        return { kind: 'wrong', triesLeft: record.request.stepUp?.triesLeft ?? 0 };
      case 'refused':
        return { kind: 'none_open' };
    }
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
