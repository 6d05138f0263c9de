// Moves of login requests from one status to the next, and what follows from each: a decided one
// waits no more, and a used one makes its terminal known.

import { randomBytes } from 'node:crypto';
import type { LoginRequestId } from '../../ids.ts';
import type { RedisScript } from '../../redis/redis-script.ts';
import { MOVE_LOGIN_REQUEST } from '../scripts/login-request-scripts.ts';
import type { LoginRecords } from './login-record.ts';
import { isDecidedNow, type MoveDetails, type MoveOutcome, moveTargets } from './login-request.ts';
import type { Crowd } from './waiting-figures.ts';
import type { WaitingLogins } from './waiting-logins.ts';

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

  /**
   * NOTE: one that a person opened meanwhile stays, unless that person has too many; so does one
   * without a connection, which holds nothing that others need.
   */
  async giveWay(id: LoginRequestId, crowd: Crowd): Promise<MoveOutcome> {
    const from = crowd === 'too_many_opened' ? 'claimed' : 'pending';
    return await this.move(id, { to: { [from]: moveTargets('give_way', null)[from] }, fields: { reason: crowd } });
  }
}
