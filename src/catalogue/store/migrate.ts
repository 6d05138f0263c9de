// Migrates the catalogue's tables, and creates the role under which Postern then works: it may add
// to the audit trail but neither change nor delete from it.

import { type Kysely, Migrator, sql } from 'kysely';
import { ALL_MIGRATIONS } from '../migrations/all-migrations.ts';
import type { Schema } from './schema.ts';
import { isRoleRefused } from './store-errors.ts';

/** One per database server, since roles belong to the server. */
const APPLICATION_ROLE = 'postern_application';

/** Nodes that start together wait for each other. Throws the failing migration's error. */
export async function migrateToLatest(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...ALL_MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Null when the role cannot be created or assumed: then only triggers protect the audit trail. */
export async function prepareApplicationRole(db: Kysely<Schema>): Promise<string | null> {
  await createApplicationRole(db);
  if (!(await canWorkAs(db, APPLICATION_ROLE))) return null;
  if (await ownsTables(db)) await grantRights(db);
  return APPLICATION_ROLE;
}

async function canWorkAs(db: Kysely<Schema>, role: string): Promise<boolean> {
  try {
    await db.transaction().execute((tx) => sql`set local role ${sql.id(role)}`.execute(tx));
    return true;
  } catch (error) {
    if (isRoleRefused(error)) return false;
    throw error;
  }
}

async function ownsTables(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql<{ owns: boolean }>`
    select pg_has_role(relowner, 'usage') as owns from pg_class where oid = 'audit_events'::regclass
  `.execute(db);
  return rows[0]?.owns === true;
}

async function createApplicationRole(db: Kysely<Schema>): Promise<void> {
  const role = sql.raw(APPLICATION_ROLE);
  await sql`
    do $$ begin
      if to_regrole('${role}') is null
        and (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) then
        create role ${role} nologin;
        grant ${role} to current_user;
      end if;
    exception when duplicate_object or unique_violation then
      null; -- another node was faster
    end $$
  `.execute(db);
}

// Nodes that start together would conflict in their grants; the lock ends with the transaction.
async function grantRights(db: Kysely<Schema>): Promise<void> {
  const role = sql.raw(APPLICATION_ROLE);
  await db.transaction().execute((tx) =>
    sql`
      select pg_advisory_xact_lock(hashtextextended('postern application role', 0));
      grant usage on schema public to ${role};
      grant select, insert, update, delete on all tables in schema public to ${role};
      grant usage on all sequences in schema public to ${role};
      revoke update, delete, truncate on audit_events, audit_chain from ${role};
      revoke insert, update, delete, truncate on audit_pruned from ${role};
    `.execute(tx),
  );
}
