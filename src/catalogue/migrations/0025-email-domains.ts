// E-mail addresses whose domain was kept in another spelling than that in which it is compared now:
// ASCII, lower case, without a dot at its end. Of two people who so have one address, the one who
// proved it keeps it, else the older; the other gets an address that cannot be, for an operator to
// replace. Of two invitations or shares the one that was accepted stays, else the older.

import { domainToASCII } from 'node:url';
import { type Kysely, sql } from 'kysely';

const TABLES = ['users', 'invitations', 'project_shares', 'email_changes'] as const;

interface Spelled {
  readonly id: string;
  readonly email: string;
  readonly email_key: string;
}

export async function up(db: Kysely<never>): Promise<void> {
  for (const table of TABLES) {
    for (const row of await otherSpellings(db, table)) await respell(db, table, row);
  }
}

type Table = (typeof TABLES)[number];

/** Domains that are not plain ASCII, end with a dot, or end with a number as IP addresses do. */
async function otherSpellings(db: Kysely<never>, table: Table): Promise<Spelled[]> {
  const id = sql.ref(table === 'email_changes' ? 'user_id' : 'id');
  const order = { users: sql`email_verified desc, created_at`, project_shares: sql`user_id is null, granted_at` };
  const first = table in order ? order[table as keyof typeof order] : sql`expires_at`;
  const { rows } = await sql<Spelled>`
    select ${id} as id, email, email_key from ${sql.table(table)}
    where email_key !~ '@[a-z0-9_-]+([.][a-z0-9_-]+)*$' or email_key ~ '[@.][0-9][0-9a-fx]*$'
    order by ${first}
  `.execute(db);
  return rows;
}

async function respell(db: Kysely<never>, table: Table, { id, email, email_key }: Spelled): Promise<void> {
  const [text, key] = [inAscii(email), inAscii(email_key)];
  if (text === email && key === email_key) return;
  const idColumn = sql.ref(table === 'email_changes' ? 'user_id' : 'id');
  const named = sql`${sql.table(table)} where ${idColumn} = ${id}`;
  const set = (values: readonly [string, string]) =>
    sql`update ${sql.table(table)} set email = ${values[0]}, email_key = ${values[1]} where ${idColumn} = ${id}`;
  if (!(await isTaken(db, table, { id, key }))) await set([text, key]).execute(db);
  else if (table === 'users') {
    const none = `${id}@duplicate.invalid`;
    await set([none, none.toLowerCase()]).execute(db);
    await sql`update users set email_verified = false where id = ${id}`.execute(db);
  } else await sql`delete from ${named}`.execute(db);
}

async function isTaken(
  db: Kysely<never>,
  table: Table,
  { id, key }: { readonly id: string; readonly key: string },
): Promise<boolean> {
  if (table === 'email_changes') return false;
  const place = { users: null, invitations: 'account_id', project_shares: 'project_id' }[table];
  const there =
    place === null
      ? sql`true`
      : sql`${sql.ref(place)} = (select ${sql.ref(place)} from ${sql.table(table)} where id = ${id})`;
  const { rows } = await sql`
    select 1 from ${sql.table(table)} where email_key = ${key} and id <> ${id} and ${there}
  `.execute(db);
  return rows.length > 0;
}

/** The same text where the domain is none. */
function inAscii(email: string): string {
  const at = email.lastIndexOf('@');
  const typed = email
    .slice(at + 1)
    .toLowerCase()
    .replace(/[.\u3002\uff0e\uff61]$/u, '');
  const domain = /[/?#%:@\\[\]]/.test(typed) ? '' : domainToASCII(typed);
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(domain) ? `${email.slice(0, at)}@${domain}` : email;
}
