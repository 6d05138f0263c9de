// Work on many things of which one must not keep the others from being worked on.

/** One after the other. Throws the first failure after the last of them. */
export async function tryAll<Item>(items: Iterable<Item>, work: (item: Item) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** In another order each time, so that nobody is always behind a slow one. */
export function inAnyOrder<Item>(items: Iterable<Item>): Item[] {
  return [...items]
    .map((item) => ({ item, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
