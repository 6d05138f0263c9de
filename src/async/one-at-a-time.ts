// Work that takes its turn, one piece at a time, in the order in which it was asked for.

/** Rejects without having begun where its turn comes later than that, since nobody waits for it. */
export function oneAtATime(longestWaitMs: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const askedAt = performance.now();
    const turn = last.then(() => {
      if (performance.now() - askedAt > longestWaitMs) throw new Error('too much waits for its turn');
      return work();
    });
    last = turn.catch(() => {});
    return turn;
  };
}
