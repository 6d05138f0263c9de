// Work for many owners on peers that may be slow: each owner has a few turns at a time, so that
// slow peers delay their own owner only.

export interface FairTurns<Item> {
  readonly ownerOf: (item: Item) => string;
  /** At the same time, of one owner and of all. */
  readonly ofOwner: number;
  readonly atOnce: number;
  /** Later nothing is started any more. */
  readonly startWithinMs: number;
  readonly signal: AbortSignal;
}

/** In the given order for each owner. Resolves to what was not started. Rejects as the work. */
export async function inFairTurns<Item>(
  items: readonly Item[],
  { ownerOf, ofOwner, atOnce, startWithinMs, signal }: FairTurns<Item>,
  work: (item: Item) => Promise<void>,
): Promise<Item[]> {
  const until = performance.now() + startWithinMs;
  const pending = [...items];
  const running = new Map<Promise<void>, string>();
  const countOf = (owner: string) => [...running.values()].filter((other) => other === owner).length;
  while (pending.length > 0 || running.size > 0) {
    const mayStart = running.size < atOnce && performance.now() < until && !signal.aborted;
    const at = mayStart ? pending.findIndex((item) => countOf(ownerOf(item)) < ofOwner) : -1;
    const [item] = at < 0 ? [] : pending.splice(at, 1);
    if (item !== undefined) {
      const turn: Promise<void> = work(item).finally(() => running.delete(turn));
      running.set(turn, ownerOf(item));
    } else if (running.size > 0) {
      await Promise.race(running.keys());
    } else {
      break;
    }
  }
  return pending;
}
