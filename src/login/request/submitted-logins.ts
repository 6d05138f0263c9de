// Login requests about which their person asked others: submitted, countersigned, denied by them or
// withdrawn, by the same compare-and-set as all moves.

import type { LoginRequestId, UserId } from '../../ids.ts';
import { SET_PROGRESS } from '../scripts/login-request-scripts.ts';
import { moveTargets } from '../terms/login-status.ts';
import type { LoginMoves } from './login-moves.ts';
import type { LoginRecords } from './login-record.ts';
import type { MoveOutcome, Submission } from './login-request.ts';
import type { WaitingLogins } from './waiting-logins.ts';

interface SubmittedParts {
  readonly records: LoginRecords;
  readonly waiting: WaitingLogins;
  readonly moves: LoginMoves;
}

export class SubmittedLogins {
  readonly #parts: SubmittedParts;

  constructor(parts: SubmittedParts) {
    this.#parts = parts;
  }

  /** The person asks others, who have `lifeMs` to decide. Refused while a reverse code is open. */
  async submit(
    id: LoginRequestId,
    asked: { readonly userId: UserId; readonly submission: Submission; readonly lifeMs: number },
  ): Promise<MoveOutcome> {
    const { userId, submission, lifeMs } = asked;
    const outcome = await this.#parts.moves.move(id, {
      to: moveTargets('submit'),
      claimed_by: userId,
      fields: { submission: JSON.stringify(submission) },
      without: 'code_digest',
      life_ms: lifeMs,
    });
    // So that what ends all of the person's access finds it.
    if (outcome.kind === 'moved') await this.#parts.waiting.beOpened(id, outcome.request.origin, { userId, lifeMs });
    return outcome;
  }

  /** Those who were asked agreed: approved, and without a connection also used. */
  async countersign(id: LoginRequestId, submission: Submission): Promise<MoveOutcome> {
    const { approval, accessRequestId } = submission;
    return await this.#parts.moves.move(id, {
      to: moveTargets('countersign', 'countersign_detached'),
      fields: {
        submission: JSON.stringify(submission),
        approval: JSON.stringify({ ...approval, accessRequestId }),
      },
      stamp: 'approved_at',
    });
  }

  /** One of those who were asked said no. */
  async refuse(id: LoginRequestId, submission: Submission): Promise<MoveOutcome> {
    const fields = { reason: 'asked_and_denied', submission: JSON.stringify(submission) };
    return await this.#parts.moves.move(id, { to: { submitted: moveTargets('deny').submitted }, fields });
  }

  /** Others were asked, and the person logs in anew later: this terminal does not wait. */
  async sendAway(
    id: LoginRequestId,
    { userId, submission }: { readonly userId: UserId; readonly submission: Submission },
  ): Promise<MoveOutcome> {
    const fields = { reason: 'asked_elsewhere', submission: JSON.stringify(submission) };
    return await this.#parts.moves.move(id, { to: moveTargets('deny'), claimed_by: userId, fields });
  }

  async withdraw(id: LoginRequestId): Promise<MoveOutcome> {
    return await this.#parts.moves.move(id, { to: moveTargets('withdraw'), fields: { reason: 'asked_withdrawn' } });
  }

  /** Shows who agreed so far; the request waits on. False where it is decided or gone. */
  async note(id: LoginRequestId, submission: Submission): Promise<boolean> {
    const { outcome, record } = await this.#parts.records.run(SET_PROGRESS, id, {
      fields: { submission: JSON.stringify(submission) },
    });
    return outcome === 'moved' && record?.request.status === 'submitted';
  }
}
