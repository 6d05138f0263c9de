// Login requests in Redis: each move is an atomic compare-and-set, by Redis' clock.

import { randomBytes } from 'node:crypto';
import { type LoginRequestId, type NodeId, newLoginRequestId, type UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { normalizeAddress } from '../../network-address.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import type { RedisScript } from '../../redis/redis-script.ts';
import type { Secret } from '../../secret.ts';
import {
  COUNT_WRONG_USER_CODE,
  CREATE_LOGIN_REQUEST,
  DETACH_CONNECTION,
  KEPT_MS,
  MOVE_LOGIN_REQUEST,
  READ_LOGIN_REQUEST,
  SET_PROGRESS,
} from '../scripts/login-request-scripts.ts';
import type { LoginEvents } from './login-events.ts';
import { LoginOffers } from './login-offers.ts';
import { LoginRecords, newLoginFields } from './login-record.ts';
import {
  type Approval,
  isApprovable,
  isDecidedNow,
  type LoginOrigin,
  type LoginRequest,
  type MoveDetails,
  type MoveOutcome,
  moveTargets,
  type Progress,
} from './login-request.ts';
import { LoginTokens } from './login-tokens.ts';
import type { Terminal } from './terminal.ts';
import { UnfollowedLogins } from './unfollowed-logins.ts';
import { newUserCode } from './user-code.ts';
import { type WaitingLimits, WaitingLogins } from './waiting-logins.ts';
import { watchLoginRequest } from './watch-login-request.ts';

/** This many deny the login request (docs/security.md, "Abuse limits"). */
const MOST_WRONG_USER_CODES = 5;

export class LoginRequests {
  /** For clients that do not wait. */
  readonly offers: LoginOffers;
  readonly #events: LoginEvents;
  readonly #records: LoginRecords;
  readonly #tokens: LoginTokens;
  readonly #waiting: WaitingLogins;
  readonly #unfollowed: UnfollowedLogins;
  readonly #ttlMs: number;
  readonly #nodeId: NodeId;

  /** `ttlMs` is the time to decide; `nodeId` is recorded in the requests opened here. */
  constructor(parts: {
    redis: RedisClient;
    events: LoginEvents;
    limits: WaitingLimits;
    ttlMs: number;
    nodeId: NodeId;
    tokenKey: Secret;
    log: Log;
  }) {
    this.#events = parts.events;
    this.#records = new LoginRecords(parts.redis);
    this.#tokens = new LoginTokens(parts.redis);
    this.#waiting = new WaitingLogins(parts);
    this.#unfollowed = new UnfollowedLogins(parts.redis);
    this.#ttlMs = parts.ttlMs;
    this.#nodeId = parts.nodeId;
    const stores = { records: this.#records, tokens: this.#tokens, waiting: this.#waiting };
    this.offers = new LoginOffers(parts, stores);
  }

  /** Throws PosternError `too_many_requests`, `overloaded` or `store_unavailable`. */
  async open(
    origin: LoginOrigin,
    { waiting }: Pick<LoginRequest, 'waiting'>,
  ): Promise<{ request: LoginRequest; token: Secret }> {
    // NOTE: subscribe before the link is published, since this node must hear a decision on it.
    await this.#events.ready();
    const id = newLoginRequestId();
    const normal = { ...origin, address: normalizeAddress(origin.address) };
    const fields = newLoginFields({ id, userCode: newUserCode(), origin: normal, nodeId: this.#nodeId, waiting });
    await this.#waiting.enter(id, normal, this.#ttlMs);
    const [{ record }, token] = await Promise.all([
      this.#records.run(CREATE_LOGIN_REQUEST, id, { life_ms: this.#ttlMs, keep_ms: KEPT_MS, fields }),
      this.#tokens.issue(id, this.#ttlMs + KEPT_MS),
    ]);
    if (record === null) throw new Error(`login request ${id} was not written`);
    return { request: record.request, token };
  }

  watch(id: LoginRequestId, signal: AbortSignal): AsyncGenerator<LoginRequest, void, void> {
    return watchLoginRequest({ records: this.#records, events: this.#events }, id, signal);
  }

  /** Finds ended requests for ten more minutes; null for a token that is not one of ours. */
  async findByToken(token: string): Promise<LoginRequest | null> {
    const id = await this.#tokens.findRequestId(token);
    if (id === null) return null;
    return (await this.find(id)) ?? (await this.offers.open(id))?.request ?? null;
  }

  async find(id: LoginRequestId): Promise<LoginRequest | null> {
    return (await this.#records.read(id))?.request ?? null;
  }

  /** The terminal's requests that can still be approved, oldest first; at most 100. */
  async listWaitingOfTerminal(terminal: Terminal): Promise<LoginRequest[]> {
    const ids = await this.#waiting.idsOfTerminal(terminal);
    const found = await Promise.all(ids.map((id) => this.find(id)));
    return found
      .filter((request): request is LoginRequest => request !== null && isApprovable(request))
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  }

  async countWaiting(address: string): Promise<{ ofAddress: number; inTotal: number }> {
    return await this.#waiting.count(address);
  }

  async claim(id: LoginRequestId, by: { userId: UserId; browserAddress: string }): Promise<MoveOutcome> {
    const fields = { claimed_by: by.userId, claimed_from: by.browserAddress };
    return await this.#move(id, { to: moveTargets('claim'), fields, stamp: 'claimed_at' });
  }

  /**
   * Also consumes a request without a connection, which a grant lets in when it comes again.
   * NOTE: refused while a reverse code is open: only the terminal may then use the approval.
   */
  async approve(
    id: LoginRequestId,
    { userId, approval }: { userId: UserId; approval: Approval },
  ): Promise<MoveOutcome> {
    return await this.#move(id, {
      to: moveTargets('approve', 'approve_detached'),
      claimed_by: userId,
      fields: { approval: JSON.stringify(approval) },
      without: 'code_digest',
      stamp: 'approved_at',
    });
  }

  async deny(id: LoginRequestId, { userId }: { userId: UserId }): Promise<MoveOutcome> {
    return await this.#move(id, { to: moveTargets('deny'), claimed_by: userId, fields: { reason: 'denied' } });
  }

  async report(id: LoginRequestId, { userId }: { userId: UserId }): Promise<MoveOutcome> {
    return await this.#move(id, { to: moveTargets('report'), claimed_by: userId, fields: { reason: 'reported' } });
  }

  /** Refused for a request without a connection, which waits for its person until it expires. */
  async abandon(id: LoginRequestId, reason: string): Promise<MoveOutcome> {
    return await this.#move(id, { to: moveTargets('abandon', null), fields: { reason } });
  }

  /** Exactly one caller gets `moved`. `nobody`: the node is lost, and a grant replaces it. */
  async consume(id: LoginRequestId, by: 'connection' | 'nobody' = 'connection'): Promise<MoveOutcome> {
    const waiting = by === 'nobody' ? 'none' : 'connection';
    return await this.#move(id, { to: moveTargets('consume'), fields: { waiting } });
  }

  /** `refused` before the end by Redis' clock, and when another read has already moved it. */
  async expire(id: LoginRequestId): Promise<MoveOutcome> {
    return await this.#run(READ_LOGIN_REQUEST, id, {});
  }

  /** The request stays open for its person; approving it creates a grant. Refused once decided. */
  async detachConnection(id: LoginRequestId): Promise<MoveOutcome> {
    const outcome = await this.#run(DETACH_CONNECTION, id, {});
    if (outcome.kind === 'refused') return outcome;
    await this.#waiting.releaseAddressSlot(id, outcome.request.origin);
    await this.#unfollowed.add(outcome.request);
    return outcome;
  }

  /** Counts a wrong user code; `moved` when it was the fifth, which denies the request. */
  async countWrongUserCode(id: LoginRequestId, { userId }: { userId: UserId }): Promise<MoveOutcome> {
    return await this.#run(COUNT_WRONG_USER_CODE, id, { claimed_by: userId, most: MOST_WRONG_USER_CODES });
  }

  /** Shows the connection's progress on the page; does nothing for a request that is gone. */
  async setProgress(id: LoginRequestId, progress: Progress): Promise<void> {
    await this.#records.run(SET_PROGRESS, id, { fields: { progress: JSON.stringify(progress) } });
  }

  async #move(id: LoginRequestId, details: MoveDetails): Promise<MoveOutcome> {
    return await this.#run(MOVE_LOGIN_REQUEST, id, { ...details, nonce: randomBytes(9).toString('base64url') });
  }

  async #run(script: RedisScript, id: LoginRequestId, details: object): Promise<MoveOutcome> {
    const { outcome, record } = await this.#records.run(script, id, details);
    const request = record?.request ?? null;
    if (outcome !== 'moved' || request === null) return { kind: 'refused', request };
    if (isDecidedNow(request)) await this.#waiting.leave(request.id, request.origin);
    return { kind: 'moved', request };
  }
}
