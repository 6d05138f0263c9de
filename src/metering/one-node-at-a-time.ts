// Lets one node of the fleet do a piece of work while the others skip it: an advisory lock in the
// catalogue that ends with the work, or with its connection when the node dies. The lock saves
// work; correctness must not depend on it.

import { type Kysely, sql } from 'kysely';
import type { Schema } from '../catalogue/store/schema.ts';

/** False when another node is doing the work. Uses one connection of the pool for its duration. */
export async function oneNodeAtATime(db: Kysely<Schema>, name: string, work: () => Promise<void>): Promise<boolean> {
  return await db.connection().execute(async (held) => {
    const lock = sql<{ taken: boolean }>`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as taken`;
    const { rows } = await lock.execute(held);
    if (rows[0]?.taken !== true) return false;
    try {
      await work();
      return true;
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(held);
    }
  });
}
