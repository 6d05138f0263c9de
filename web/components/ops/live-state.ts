// What a live connection is doing, from its phase, its query and its transaction: the name that
// filters use, the words of the list, and how pressing it is.

import type { LiveRow } from './live-row.ts';
import { ageInWords, roughAge } from './words.ts';

export const STATES = [
  'running',
  'copying',
  'transaction',
  'failed',
  'waiting',
  'connecting',
  'idle',
  'connected',
] as const;
export type State = (typeof STATES)[number];

export type Stateful = Pick<LiveRow, 'phase' | 'query' | 'querySince' | 'transaction' | 'since'>;

interface StateInWords {
  readonly text: string;
  readonly look: '' | 'accent' | 'caution' | 'alarm';
}

/** A query that runs longer, or a transaction that rests longer, is worth a look. */
const LONG_MS = 60_000;

export function stateOf({ phase, query, transaction }: Stateful): State {
  if (phase !== 'relaying') return phase;
  if (query === null) return 'connected';
  if (query !== 'idle') return query;
  if (transaction === 'T') return 'transaction';
  return transaction === 'E' ? 'failed' : 'idle';
}

/** `Running 3m 12s`, `Idle in transaction 14m`; `now` in milliseconds since 1970. */
export function stateInWords(row: Stateful, now: number): StateInWords {
  const lastsMs = now - (row.querySince ?? row.since);
  const age = ageInWords(lastsMs);
  const rest = roughAge(lastsMs);
  const isLong = lastsMs > LONG_MS;
  const state = stateOf(row);
  switch (state) {
    case 'running':
      return { text: `Running ${age}`, look: isLong ? 'caution' : 'accent' };
    case 'copying':
      return { text: `Copying ${age}`, look: 'accent' };
    case 'transaction':
      return { text: `Idle in transaction ${rest}`, look: isLong ? 'alarm' : 'caution' };
    case 'failed':
      return { text: `Failed transaction ${rest}`, look: isLong ? 'alarm' : 'caution' };
    case 'waiting':
      return { text: `Waiting ${rest}`, look: 'caution' };
    case 'connecting':
      return { text: 'Connecting', look: '' };
    case 'idle':
      return { text: `Idle ${rest}`, look: '' };
    case 'connected':
      return { text: 'Connected', look: 'accent' };
  }
}

/** Cancel has something to act on; unknown of nodes of the version before, so allowed there. */
export function mayBeCanceled(row: Stateful): boolean {
  const state = stateOf(row);
  return state === 'running' || state === 'copying' || state === 'connected';
}

/** Smallest first: what has been busy for longest, then logins, then the youngest. */
export function pressOrder({ phase, busySince, since }: Pick<LiveRow, 'phase' | 'busySince' | 'since'>): number {
  if (busySince !== null) return busySince;
  return phase === 'relaying' ? YOUNGEST_FIRST - since : LOGINS + since;
}

/** Above all times of this millennium. */
const LOGINS = 1e14;
const YOUNGEST_FIRST = 3e14;
