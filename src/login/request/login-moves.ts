// Moves of login requests from one status to the next, and what follows from each: a decided one
// waits no more, and a used one makes its terminal known.

import { randomBytes } from 'node:crypto';
import type { LoginRequestId, UserId } from '../../ids.ts';
import type { RedisScript } from '../../redis/redis-script.ts';
import { COUNT_WRONG_USER_CODE, MOVE_LOGIN_REQUEST } from '../scripts/login-request-scripts.ts';
import { type MoveTargets, moveTargets } from '../terms/login-status.ts';
import type { LoginRecords } from './login-record.ts';
import { isDecidedNow, type MoveOutcome } from './login-request.ts';
import type { Crowd } from './waiting-figures.ts';
import type { WaitingLogins } from './waiting-logins.ts';

/** This many deny the login request (docs/security.md, "Abuse limits"). */
const MOST_WRONG_USER_CODES = 5;

export class LoginMoves {
  readonly #records: LoginRecords;
  readonly #waiting: WaitingLogins;

  constructor(records: LoginRecords, waiting: WaitingLogins) {
    this.#records = records;
    this.#waiting = waiting;
  }

  async move(id: LoginRequestId, details: MoveDetails): Promise<MoveOutcome> {
    return await this.run(MOVE_LOGIN_REQUEST, id, { ...details, nonce: randomBytes(9).toString('base64url') });
  }

  /** Any script that begins with the prelude. */
  async run(script: RedisScript, id: LoginRequestId, details: object): Promise<MoveOutcome> {
    const { outcome, record } = await this.#records.run(script, id, details);
    const request = record?.request ?? null;
    if (outcome !== 'moved' || request === null) return { kind: 'refused', request };
    if (isDecidedNow(request)) await this.#waiting.leave(request.id, request.origin, request.claim?.userId ?? null);
    if (request.status === 'consumed') await this.#waiting.remember(request.id, request.origin);
    return { kind: 'moved', request };
  }

  /** `moved` when it was the fifth, which denies the request. */
  async countWrongUserCode(id: LoginRequestId, { userId }: { readonly userId: UserId }): Promise<MoveOutcome> {
    return await this.run(COUNT_WRONG_USER_CODE, id, { claimed_by: userId, most: MOST_WRONG_USER_CODES });
  }

  /**
   * NOTE: one that a person opened meanwhile stays, unless that person has too many. So does one
   * whose connection has left it since.
   */
  async giveWay(id: LoginRequestId, crowd: Crowd): Promise<MoveOutcome> {
    const from = crowd === 'too_many_opened' ? 'claimed' : 'pending';
    return await this.move(id, { to: { [from]: moveTargets('give_way', null)[from] }, fields: { reason: crowd } });
  }

  /** As `giveWay`, for one that was offered to a client that comes again. */
  async withdrawOffer(id: LoginRequestId, crowd: Crowd): Promise<MoveOutcome> {
    return await this.move(id, { to: { pending: moveTargets('give_way').pending }, fields: { reason: crowd } });
  }
}

/** The names are the script's (see MOVE_LOGIN_REQUEST). */
export interface MoveDetails {
  readonly to: MoveTargets;
  readonly fields: Readonly<Record<string, string>>;
  /** Only the person who holds the claim may make the move. */
  readonly claimed_by?: UserId;
  readonly without?: 'code_digest' | 'remembered';
  readonly stamp?: 'claimed_at' | 'approved_at';
  readonly undo_ms?: number;
  /** The new time to decide, from now. */
  readonly life_ms?: number;
}
