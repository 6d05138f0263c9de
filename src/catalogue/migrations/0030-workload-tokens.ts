// Access tokens without a secret: an issuer that is trusted says which program it is.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table access_tokens
    alter column scram_verifier drop not null,
    add column workload jsonb,
    add constraint access_tokens_have_one_proof check ((scram_verifier is null) <> (workload is null))
  `.execute(db);
}
