// What a person changes about a login without approving it: more time to decide, a denial, and a
// denial taken back.

import { randomBytes } from 'node:crypto';
import type { LoginRequestId, UserId } from '../../ids.ts';
import { EXTEND_LOGIN_REQUEST, FINISH_DENIAL, UNDO_DENIAL } from '../scripts/login-grace-scripts.ts';
import { moveTargets } from '../terms/login-status.ts';
import type { LoginMoves } from './login-moves.ts';
import type { Approval, Denial, LoginRequest, MoveOutcome } from './login-request.ts';
import type { UnfollowedLogins } from './unfollowed-logins.ts';
import type { WaitingLogins } from './waiting-logins.ts';

/** Added at a time; people look for a phone, or ask a colleague. */
export const MORE_TIME_MS = 2 * 60_000;
export const MOST_EXTENSIONS = 2;
/** The terminal waits for so long after it was denied; nothing is lost by a denial taken back. */
const UNDO_DENIAL_MS = 5_000;
/** The address is blocked meanwhile, and the terminal gone. */
const UNDO_REPORT_MS = 60_000;

/** How long a denial can be taken back; 0: what the person did not choose here. */
const UNDO_MS = { denied: UNDO_DENIAL_MS, reported: UNDO_REPORT_MS, signed_out: 0, link_needed: 0 } as const;

interface GraceStores {
  readonly moves: LoginMoves;
  readonly waiting: WaitingLogins;
  readonly unfollowed: UnfollowedLogins;
}

export class LoginGrace {
  readonly #stores: GraceStores;

  constructor(stores: GraceStores) {
    this.#stores = stores;
  }

  /** Refused when decided, with an open reverse code, and when it was given twice already. */
  async extend(id: LoginRequestId, { userId }: { readonly userId: UserId }): Promise<MoveOutcome> {
    const details = { claimed_by: userId, by_ms: MORE_TIME_MS, most: MOST_EXTENSIONS, nonce: nonce() };
    return await this.#reopen(await this.#stores.moves.run(EXTEND_LOGIN_REQUEST, id, details));
  }

  async deny(id: LoginRequestId, { userId, reason = 'denied' }: Denial): Promise<MoveOutcome> {
    const to = moveTargets(reason === 'reported' ? 'report' : 'deny');
    const undo_ms = UNDO_MS[reason];
    return await this.#stores.moves.move(id, {
      to,
      claimed_by: userId,
      fields: { reason },
      ...(undo_ms && { undo_ms }),
    });
  }

  /**
   * A denied login is claimed again. A reported one stays denied, since its terminal was told; its
   * reason says that the report is taken back.
   */
  async undo(id: LoginRequestId, { userId }: { readonly userId: UserId }): Promise<MoveOutcome> {
    const details = { claimed_by: userId, nonce: nonce() };
    return await this.#reopen(await this.#stores.moves.run(UNDO_DENIAL, id, details));
  }

  /** The approval that let a connection in is remembered now; refused when it is already. */
  async remember(
    id: LoginRequestId,
    { userId, approval }: { readonly userId: UserId; readonly approval: Approval },
  ): Promise<MoveOutcome> {
    const fields = { approval: JSON.stringify(approval), remembered: '1' };
    const to = { consumed: { connection: 'consumed', none: 'consumed' } } as const;
    return await this.#stores.moves.move(id, { to, claimed_by: userId, fields, without: 'remembered' });
  }

  /** Its terminal is gone, so that there is nothing to take back. */
  async finishDenial(id: LoginRequestId): Promise<MoveOutcome> {
    return await this.#stores.moves.run(FINISH_DENIAL, id, {});
  }

  async #reopen(outcome: MoveOutcome): Promise<MoveOutcome> {
    if (outcome.kind === 'moved' && outcome.request.status === 'claimed') await this.#enter(outcome.request);
    return outcome;
  }

  /** It counts until its new end, and is found where all access of its person ends. */
  async #enter(request: LoginRequest): Promise<void> {
    const { id, origin, claim, createdAt, expiresAt } = request;
    if (claim === null) return;
    const lifeMs = expiresAt.getTime() - createdAt.getTime();
    await this.#stores.waiting.beOpened(id, origin, { userId: claim.userId, lifeMs });
    if (request.waiting !== 'connection') await this.#stores.unfollowed.add(request);
  }
}

function nonce(): string {
  return randomBytes(9).toString('base64url');
}
