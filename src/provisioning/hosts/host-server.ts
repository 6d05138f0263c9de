// One Postgres server that hosts projects: its roles and databases, through the operator's connection. Knows names and
// passwords as they are given; which project they belong to is decided elsewhere.

import pg from 'pg';
import type { ConfiguredHost } from '../../config/variable-formats.ts';
import type { Log } from '../../log.ts';
import { encodeVerifier, makeVerifier } from '../../protocol/scram-verifier.ts';
import type { Secret } from '../../secret.ts';
import { type HostAddress, hostAddress } from './host-address.ts';
import { createHostLocks, type RunAlone } from './host-locks.ts';
import { type HostPool, openHostPool } from './host-pool.ts';
import { claimPublicSchema, type ProjectRoles, shareDatabase } from './project-privileges.ts';

// PostgreSQL Error Codes: duplicate_database, duplicate_object, reserved_name; unique_violation of who comes second by a
// moment.
const NAME_IS_TAKEN = ['42P04', '42710', '42939', '23505'];

/** A role or a database of that name is already there, or the name is the server's own. */
export class HostNameTaken extends Error {}

interface NewHostRole {
  readonly name: string;
  readonly password: Secret;
  /** The project's role whose rights it has, too; null for none. */
  readonly memberOf: string | null;
  readonly access: 'read_write' | 'read_only';
}

export interface HostServer {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  readonly address: HostAddress;
  /** What is made of several steps, or changes one project twice, runs alone for that project. */
  readonly alone: RunAlone;
  /** Makes a login role, wholly or not at all. Throws HostNameTaken. */
  createRole(role: NewHostRole): Promise<void>;
  setPassword(name: string, password: Secret): Promise<void>;
  /** Removes a role after giving what it owns in those databases to another role; nothing happens when it is gone. */
  dropRole(name: string, heritage: { databases: readonly string[]; heir: string } | null): Promise<void>;
  /** Databases that take no connections, in which the role owns something or was granted something. */
  closedDatabasesOf(role: string): Promise<string[]>;
  /** Makes a database that only these roles may enter, wholly or not at all. Throws HostNameTaken. */
  createDatabase(name: string, options: { owner: string; roles: ProjectRoles }): Promise<void>;
  /** Lets the project's roles, of which some are new, work in a database together. */
  shareDatabase(name: string, roles: ProjectRoles): Promise<void>;
  setOwner(database: string, owner: string): Promise<void>;
  /** Ends the database's connections. Throws HostNameTaken. */
  renameDatabase(from: string, to: string): Promise<void>;
  /** Ends the database's connections and removes it; nothing happens when it is gone already. */
  dropDatabase(name: string): Promise<void>;
  /** Refuses new connections to those databases and ends their idle ones. */
  suspend(databases: readonly string[]): Promise<void>;
  wake(databases: readonly string[]): Promise<void>;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Nothing is dialled before the first use. The caller closes it. Everything throws `host_away` when it is. */
export function openHostServer(host: ConfiguredHost, log: Log): HostServer {
  const pool = openHostPool(host, log);
  const { run, runIn } = pool;
  return {
    id: host.id,
    pgVersion: host.pgVersion,
    regionId: host.regionId,
    address: hostAddress(host.url),
    alone: createHostLocks(host.url),
    createRole: async (role) => run(...(await roleStatements(role))).catch(nameConflict),
    setPassword: async (name, password) =>
      run(`ALTER ROLE ${quoted(name)} PASSWORD ${await verifierLiteral(password)}`),
    dropRole: async (name, heritage) => {
      for (const database of heritage?.databases ?? []) {
        const given = `REASSIGN OWNED BY ${quoted(name)} TO ${quoted(heritage?.heir ?? '')}`;
        await runIn(database, [given, `DROP OWNED BY ${quoted(name)}`]);
      }
      await forgetElsewhere(pool, name);
      await run(`DROP ROLE IF EXISTS ${quoted(name)}`);
    },
    closedDatabasesOf: async (role) => (await databasesOf(pool, role)).closed,
    createDatabase: async (name, { owner, roles }) => {
      // template0: from template1 a new database would have what others put there, and fail while anybody is in it.
      await run(`CREATE DATABASE ${quoted(name)} OWNER ${quoted(owner)} TEMPLATE template0`).catch(nameConflict);
      try {
        await run(`REVOKE ALL ON DATABASE ${quoted(name)} FROM PUBLIC`);
        await runIn(name, [...claimPublicSchema(roles), ...shareDatabase(name, roles)]);
      } catch (error) {
        await run(dropStatement(name));
        throw error;
      }
    },
    shareDatabase: (name, roles) => runIn(name, shareDatabase(name, roles)),
    setOwner: (database, owner) => run(`ALTER DATABASE ${quoted(database)} OWNER TO ${quoted(owner)}`),
    renameDatabase: async (from, to) => {
      await run(allowConnections(from, 'false'));
      try {
        await endConnections(pool, { databases: [from], which: 'all' });
        await run(`ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`, allowConnections(to, 'true'));
      } catch (error) {
        await run(allowConnections(from, 'true'));
        nameConflict(error);
      }
    },
    dropDatabase: (name) => run(dropStatement(name)),
    suspend: async (databases) => {
      await run(...databases.map((name) => allowConnections(name, 'false')));
      await endConnections(pool, { databases, which: 'idle' });
    },
    wake: (databases) => run(...databases.map((name) => allowConnections(name, 'true'))),
    query: pool.query,
    close: pool.close,
  };
}

async function roleStatements({ name, password, memberOf, access }: NewHostRole): Promise<string[]> {
  const role = quoted(name);
  const attributes = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  return [
    `CREATE ROLE ${role} ${attributes} PASSWORD ${await verifierLiteral(password)}`,
    // An operator's role that is no superuser may give databases and privileges only to roles that it is a member of.
    `GRANT ${role} TO CURRENT_USER`,
    ...(memberOf === null ? [] : [`GRANT ${quoted(memberOf)} TO ${role}`]),
    ...(access === 'read_only' ? [`ALTER ROLE ${role} SET default_transaction_read_only = on`] : []),
  ];
}

/**
 * Roles are the server's: whoever owns another database on it may have granted this one something there, and nobody could
 * drop it any more.
 */
async function forgetElsewhere(pool: HostPool, role: string): Promise<void> {
  const { open } = await databasesOf(pool, role);
  for (const database of open) await pool.runIn(database, [`DROP OWNED BY ${quoted(role)}`]);
}

/** Where the role owns something or was granted something. */
async function databasesOf(pool: HostPool, role: string): Promise<{ open: string[]; closed: string[] }> {
  const rows = await pool.query<{ datname: string; datallowconn: boolean }>(
    `SELECT DISTINCT d.datname, d.datallowconn FROM pg_shdepend s
     JOIN pg_database d ON d.oid = CASE s.dbid
       WHEN 0 THEN (SELECT oid FROM pg_database WHERE datname = current_database()) ELSE s.dbid END
     WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = to_regrole($1)`,
    [quoted(role)],
  );
  const names = (rowsOf: typeof rows) => rowsOf.map(({ datname }) => datname);
  return {
    open: names(rows.filter(({ datallowconn }) => datallowconn)),
    closed: names(rows.filter(({ datallowconn }) => !datallowconn)),
  };
}

async function endConnections(
  pool: HostPool,
  target: { databases: readonly string[]; which: 'idle' | 'all' },
): Promise<void> {
  const onlyIdle = target.which === 'idle' ? `AND state = 'idle'` : '';
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = ANY($1) AND pid <> pg_backend_pid() AND backend_type = 'client backend' ${onlyIdle}`,
    [[...target.databases]],
  );
}

function nameConflict(error: unknown): never {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code !== undefined && NAME_IS_TAKEN.includes(code)) throw new HostNameTaken('name is taken', { cause: error });
  throw error;
}

/** The verifier instead of the password: a server that logs statements then logs no password. */
async function verifierLiteral(password: Secret): Promise<string> {
  return pg.escapeLiteral(encodeVerifier(await makeVerifier(password.reveal())));
}

function allowConnections(database: string, allowed: 'true' | 'false'): string {
  return `ALTER DATABASE ${quoted(database)} ALLOW_CONNECTIONS ${allowed}`;
}

function dropStatement(database: string): string {
  return `DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`;
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}
