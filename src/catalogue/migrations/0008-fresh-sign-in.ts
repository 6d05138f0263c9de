// When the person of a browser session last authenticated, by password or at an identity provider
// that reports the time. Null: unknown, and so never fresh.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table browser_sessions add column authenticated_at timestamptz(3)`.execute(db);
}
