// The keys of people's own client certificates, by the fingerprint of the public key: known since
// the first approval of a login that came with it.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table terminal_keys (
      user_id text not null references users on delete cascade,
      fingerprint text not null,
      address text not null,
      known_since timestamptz(3) not null,
      approved_at timestamptz(3) not null,
      primary key (user_id, fingerprint)
    );
    create index terminal_keys_by_fingerprint on terminal_keys (fingerprint);
  `.execute(db);
}
