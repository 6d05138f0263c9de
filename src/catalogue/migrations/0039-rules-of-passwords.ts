// The rules that open the password door are found by an index of their own, and those of a person
// by the one that names the person first: the other one read all rules about the whole account.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create index access_rules_by_password on access_rules (account_id, object_key) where 'role_password' = any(doors);
    drop index access_rules_by_object;
  `.execute(db);
}
