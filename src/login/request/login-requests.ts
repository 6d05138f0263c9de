// Login requests in Redis: each move is an atomic compare-and-set, by Redis' clock.

import type { PosternError } from '../../errors.ts';
import { type LoginRequestId, newLoginRequestId, type UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { normalizeAddress } from '../../network-address.ts';
import type { Secret } from '../../secret.ts';
import {
  CREATE_LOGIN_REQUEST,
  DETACH_CONNECTION,
  KEPT_MS,
  READ_LOGIN_REQUEST,
  SET_PROGRESS,
} from '../scripts/login-request-scripts.ts';
import { moveTargets } from '../terms/login-status.ts';
import { newUserCode } from '../terms/user-code.ts';
import type { LoginEvents } from './login-events.ts';
import { LoginGrace } from './login-grace.ts';
import { LoginMoves } from './login-moves.ts';
import { LoginOffers, type OfferParts } from './login-offers.ts';
import { LoginRecords, newLoginFields } from './login-record.ts';
import {
  type Approval,
  type Claimant,
  claimFields,
  isApprovable,
  type LoginOrigin,
  type LoginRequest,
  type MoveOutcome,
  type Progress,
} from './login-request.ts';
import { LoginTokens } from './login-tokens.ts';
import { SubmittedLogins } from './submitted-logins.ts';
import type { Terminal } from './terminal.ts';
import { UnfollowedLogins } from './unfollowed-logins.ts';
import { WaitingFigures, type WaitingLimits } from './waiting-figures.ts';
import { type GiveWay, WaitingLogins } from './waiting-logins.ts';
import { watchLoginRequest } from './watch-login-request.ts';

export class LoginRequests {
  /** For clients that do not wait. */
  readonly offers: LoginOffers;
  /** More time, denials, and denials taken back. */
  readonly grace: LoginGrace;
  /** Those about which others were asked. */
  readonly submitted: SubmittedLogins;
  readonly #events: LoginEvents;
  readonly #records: LoginRecords;
  readonly #tokens: LoginTokens;
  readonly #figures: WaitingFigures;
  readonly #waiting: WaitingLogins;
  readonly #moves: LoginMoves;
  readonly #unfollowed: UnfollowedLogins;
  readonly #parts: OfferParts;

  /** `ttlMs` is the time to decide; `nodeId` is recorded in the requests opened here. */
  constructor(parts: OfferParts & { readonly events: LoginEvents; readonly limits: WaitingLimits; readonly log: Log }) {
    this.#events = parts.events;
    this.#records = new LoginRecords(parts.redis);
    this.#tokens = new LoginTokens(parts.redis);
    this.#figures = new WaitingFigures(parts.limits);
    const waiting: GiveWay['waiting'] = (id, crowd) => this.#moves.giveWay(id, crowd);
    const offered: GiveWay['offered'] = (id, crowd) => this.offers.withdraw(id, crowd);
    this.#waiting = new WaitingLogins({ ...parts, figures: this.#figures, giveWay: { waiting, offered } });
    this.#moves = new LoginMoves(this.#records, this.#waiting);
    this.#unfollowed = new UnfollowedLogins(parts.redis);
    this.submitted = new SubmittedLogins({ records: this.#records, waiting: this.#waiting, moves: this.#moves });
    this.#parts = parts;
    const stores = { records: this.#records, tokens: this.#tokens, waiting: this.#waiting, moves: this.#moves };
    this.offers = new LoginOffers(parts, stores);
    this.grace = new LoginGrace({ moves: this.#moves, waiting: this.#waiting, unfollowed: this.#unfollowed });
  }

  /** Kept for `keepMs` after the time to decide. Throws PosternError `store_unavailable`. */
  async open(
    origin: LoginOrigin,
    { waiting, keepMs = KEPT_MS }: Pick<LoginRequest, 'waiting'> & { readonly keepMs?: number },
  ): Promise<{ request: LoginRequest; token: Secret }> {
    // NOTE: subscribe before the link is published, since this node must hear a decision on it.
    await this.#events.ready();
    const id = newLoginRequestId();
    const normal = { ...origin, address: normalizeAddress(origin.address) };
    const { nodeId, ttlMs } = this.#parts;
    const userCode = newUserCode();
    const fields = newLoginFields({ id, userCode, origin: normal, nodeId, waiting });
    const { record } = await this.#records.run(CREATE_LOGIN_REQUEST, id, { life_ms: ttlMs, keep_ms: keepMs, fields });
    // After it is written: it may have to give way to the next one at once.
    const [token] = await Promise.all([
      this.#tokens.issue({ id, userCode }, { ttlMs, keepMs, address: normal.address }),
      this.#waiting.enter(id, normal, ttlMs),
    ]);
    if (record === null) throw new Error(`login request ${id} was not written`);
    // One that had to give way meanwhile took further places afterwards.
    if ((await this.find(id))?.status !== 'pending') await this.#waiting.leavePlaces(id, normal);
    return { request: record.request, token };
  }

  watch(id: LoginRequestId, signal: AbortSignal): AsyncGenerator<LoginRequest, void, void> {
    return watchLoginRequest({ records: this.#records, events: this.#events }, id, signal);
  }

  /** Finds ended requests for ten more minutes; null for a token that is not one of ours. */
  async findByToken(token: string): Promise<LoginRequest | null> {
    return await this.offers.findOrOpen(await this.#tokens.findRequestId(token));
  }

  /** As `findByToken`, by a normalised user code. */
  async findByUserCode(userCode: string): Promise<LoginRequest | null> {
    return await this.offers.findOrOpen(await this.#tokens.findRequestIdOfCode(userCode));
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

  async claim(id: LoginRequestId, by: Claimant): Promise<MoveOutcome> {
    const claim = { to: moveTargets('claim'), fields: claimFields(by), stamp: 'claimed_at' } as const;
    const outcome = await this.#moves.move(id, claim);
    if (outcome.kind === 'refused') return outcome;
    await this.#waiting.beOpened(id, outcome.request.origin, { userId: by.userId, lifeMs: this.#parts.ttlMs });
    if (outcome.request.waiting !== 'connection') await this.#unfollowed.add(outcome.request);
    return outcome;
  }

  /**
   * Also consumes a request without a connection, which a grant lets in when it comes again.
   * NOTE: refused while a reverse code is open: only the terminal may then use the approval.
   */
  async approve(
    id: LoginRequestId,
    { userId, approval }: { userId: UserId; approval: Approval },
  ): Promise<MoveOutcome> {
    return await this.#moves.move(id, {
      to: moveTargets('approve', 'approve_detached'),
      claimed_by: userId,
      fields: { approval: JSON.stringify(approval) },
      without: 'code_digest',
      stamp: 'approved_at',
    });
  }

  readonly deny: LoginGrace['deny'] = (id, denial) => this.grace.deny(id, denial);

  async idsOpenedBy(userId: UserId): Promise<LoginRequestId[]> {
    return await this.#waiting.idsOpenedBy(userId);
  }

  /** Why a request that was abandoned gave way to others; null when it did not. */
  refusalOf({ reason, origin }: LoginRequest): PosternError | null {
    return this.#figures.refusalOf(reason, origin.address);
  }

  /** Refused for a request without a connection, which waits for its person until it expires. */
  async abandon(id: LoginRequestId, reason: string): Promise<MoveOutcome> {
    return await this.#moves.move(id, { to: moveTargets('abandon', null), fields: { reason } });
  }

  /** Exactly one caller gets `moved`. `nobody`: the node is lost, and a grant replaces it. */
  async consume(id: LoginRequestId, by: 'connection' | 'nobody' = 'connection'): Promise<MoveOutcome> {
    const fields = { waiting: by === 'nobody' ? 'none' : 'connection' };
    return await this.#moves.move(id, { to: moveTargets('consume'), fields });
  }

  /** `refused` before the end by Redis' clock, and when another read has already moved it. */
  async expire(id: LoginRequestId): Promise<MoveOutcome> {
    return await this.#moves.run(READ_LOGIN_REQUEST, id, {});
  }

  /** The request stays open for its person; approving it creates a grant. Refused once decided. */
  async detachConnection(id: LoginRequestId): Promise<MoveOutcome> {
    const outcome = await this.#moves.run(DETACH_CONNECTION, id, {});
    if (outcome.kind === 'refused') return outcome;
    await this.#waiting.leavePlaces(id, outcome.request.origin);
    await this.#unfollowed.add(outcome.request);
    return outcome;
  }

  /** Counts a wrong user code; `moved` when it was the fifth, which denies the request. */
  async countWrongUserCode(id: LoginRequestId, { userId }: { userId: UserId }): Promise<MoveOutcome> {
    return await this.#moves.countWrongUserCode(id, { userId });
  }

  /** Shows the connection's progress on the page; does nothing for a request that is gone. */
  async setProgress(id: LoginRequestId, progress: Progress): Promise<void> {
    await this.#records.run(SET_PROGRESS, id, { fields: { progress: JSON.stringify(progress) } });
  }
}
