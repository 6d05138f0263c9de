// Turns of accounts at changing projects: each change takes connections of a host, and one account
// must not take all of them, nor those that its waiting changes would take.

import { PosternError } from '../../errors.ts';
import type { AccountId } from '../../ids.ts';

/** At most so many changes of the account at once; more wait. Throws `account_busy`. */
export type InTurn = <Result>(accountId: AccountId, work: () => Promise<Result>) => Promise<Result>;

const AT_ONCE = 4;
const MOST_WAITING = 50;
// As long as a change waits for others of its project (host-locks.ts).
const LONGEST_WAIT_MS = 20_000;

interface Turns {
  runningCount: number;
  readonly waiting: Set<() => void>;
}

export function accountTurns({ longestWaitMs = LONGEST_WAIT_MS } = {}): InTurn {
  const turnsOf = new Map<AccountId, Turns>();
  return async (accountId, work) => {
    const turns = turnsOf.get(accountId) ?? { runningCount: 0, waiting: new Set() };
    turnsOf.set(accountId, turns);
    if (turns.runningCount < AT_ONCE) turns.runningCount += 1;
    else await untilTurn(turns, longestWaitMs);
    try {
      return await work();
    } finally {
      const [next] = turns.waiting;
      if (next !== undefined) next();
      else turns.runningCount -= 1;
      if (turns.runningCount === 0) turnsOf.delete(accountId);
    }
  };
}

/** The change that ends hands its turn over. */
async function untilTurn({ waiting }: Turns, longestWaitMs: number): Promise<void> {
  if (waiting.size >= MOST_WAITING) throw accountBusy();
  await new Promise<void>((resolve, reject) => {
    const enter = (): void => {
      clearTimeout(timer);
      waiting.delete(enter);
      resolve();
    };
    const timer = setTimeout(() => {
      waiting.delete(enter);
      reject(accountBusy());
    }, longestWaitMs);
    waiting.add(enter);
  });
}

function accountBusy(): PosternError {
  return new PosternError('account_busy', { params: { limit: String(AT_ONCE) } });
}
