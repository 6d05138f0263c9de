// Keeps hosted roles out of the catalogue’s database, where both are on one server.

import { sql } from 'kysely';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Log } from '../log.ts';
import type { HostServer } from './hosts/host-server.ts';

/** `closeCatalogueOn`, once for each host: nothing opens the database again but its owner. */
export function closeCatalogueOnce(catalogue: Catalogue, log: Log): (host: HostServer) => Promise<void> {
  const closed = new Set<string>();
  return async (host) => {
    if (closed.has(host.id)) return;
    await closeCatalogueOn(host, catalogue, log);
    closed.add(host.id);
  };
}

/** A login that does not own the database cannot, which is logged for the operator. */
async function closeCatalogueOn(host: HostServer, catalogue: Catalogue, log: Log): Promise<void> {
  const here = await lookAtCatalogue(catalogue);
  if (!here.is_open || here.started_at !== (await startOf(host))) return;
  try {
    await close(catalogue, here);
  } catch (error) {
    log.warn(
      { err: error, database: here.database, host: host.id },
      'roles of hosted projects can enter the database of the catalogue: revoke CONNECT on it from PUBLIC',
    );
  }
}

async function close(catalogue: Catalogue, { database, login }: { database: string; login: string }): Promise<void> {
  await catalogue.transaction(async (trx) => {
    await sql`set local role none`.execute(trx);
    // Two at once would change one row of pg_database, which PostgreSQL refuses the second one.
    await sql`select pg_advisory_xact_lock(hashtext('postern: close the catalogue'))`.execute(trx);
    await sql`grant connect on database ${sql.id(database)} to ${sql.id(login)}`.execute(trx);
    await sql`revoke connect, temporary on database ${sql.id(database)} from public`.execute(trx);
  });
  // Of somebody else's database PostgreSQL only warns that nothing was revoked.
  if ((await lookAtCatalogue(catalogue)).is_open) throw new Error(`${login} does not own the catalogue's database`);
}

async function lookAtCatalogue({ db }: Catalogue) {
  const { rows } = await sql<{ database: string; login: string; is_open: boolean; started_at: string }>`
    select current_database() as database, session_user as login,
      has_database_privilege('public', current_database(), 'connect') as is_open,
      extract(epoch from pg_postmaster_start_time())::text as started_at`.execute(db);
  const [found] = rows;
  if (found === undefined) throw new Error('the catalogue did not say where it is');
  return found;
}

/** No two servers start in the same microsecond. A number does not depend on the time zone. */
async function startOf(host: HostServer): Promise<string | undefined> {
  const sqlText = 'SELECT extract(epoch from pg_postmaster_start_time())::text AS started_at';
  const [row] = await host.query<{ started_at: string }>(sqlText);
  return row?.started_at;
}
