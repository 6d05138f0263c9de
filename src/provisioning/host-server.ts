// One Postgres server that hosts projects: its roles, databases and privileges, through the operator's connection.
// Knows names and passwords as they are given; which project they belong to is decided elsewhere.

import pg from 'pg';
import type { ConfiguredHost } from '../config-variables.ts';
import type { Log } from '../log.ts';
import { encodeVerifier, makeVerifier } from '../protocol/scram-verifier.ts';
import type { Secret } from '../secret.ts';

const CONNECTIONS_PER_HOST = 4;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 60_000;
// PostgreSQL Error Codes.
const DUPLICATE_DATABASE = '42P04';
const DUPLICATE_OBJECT = '42710';

/** A role or a database of that name is already there. */
export class HostNameTaken extends Error {}

export interface HostServer {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  readonly address: HostAddress;
  /** Makes a login role. Throws HostNameTaken. */
  createRole(role: { name: string; password: Secret; readOnly: 'no' | 'yes' }): Promise<void>;
  setPassword(name: string, password: Secret): Promise<void>;
  /** Removes a role after giving what it owns in those databases to another role. */
  dropRole(name: string, options: { databases: readonly string[]; newOwner: string | null }): Promise<void>;
  /** Makes a database that nobody but its owner and the given roles may enter. Throws HostNameTaken. */
  createDatabase(name: string, options: { owner: string; roles: readonly string[] }): Promise<void>;
  /** Lets a role enter a database of its project, and create schemas there. */
  admitRole(role: string, database: string): Promise<void>;
  setOwner(database: string, owner: string): Promise<void>;
  renameDatabase(from: string, to: string): Promise<void>;
  /** Ends the database's connections and removes it; nothing happens when it is gone already. */
  dropDatabase(name: string): Promise<void>;
  /** Refuses new connections to those databases and ends their idle ones. */
  suspend(databases: readonly string[]): Promise<void>;
  wake(databases: readonly string[]): Promise<void>;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Where clients of the host's projects are dialled, from the operator's URL. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
  readonly sslMode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
}

/** Opens the pool; nothing is dialled before the first use. The caller closes it. */
export function openHostServer(host: ConfiguredHost, log: Log): HostServer {
  const address = hostAddress(host.url);
  const pool = new pg.Pool({
    ...poolOptions(host.url, address),
    max: CONNECTIONS_PER_HOST,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'postern',
  });
  pool.on('error', (error) => log.warn({ hostId: host.id, cause: error.message }, 'connection to a host was lost'));
  const run = async (sql: string) => {
    await pool.query(sql);
  };
  return {
    id: host.id,
    pgVersion: host.pgVersion,
    regionId: host.regionId,
    address,
    createRole: (role) => createRole(run, role),
    setPassword: async (name, password) =>
      run(`ALTER ROLE ${quoted(name)} PASSWORD ${await verifierLiteral(password)}`),
    dropRole: (name, options) => dropRole(host.url, { name, address, ...options }),
    createDatabase: (name, options) => createDatabase(run, { name, ...options }),
    admitRole: (role, database) =>
      run(`GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${quoted(database)} TO ${quoted(role)}`),
    setOwner: (database, owner) => run(`ALTER DATABASE ${quoted(database)} OWNER TO ${quoted(owner)}`),
    renameDatabase: async (from, to) => {
      await endConnections(pool, { databases: [from], only: 'all' });
      await namingConflicts(() => run(`ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`));
    },
    dropDatabase: (name) => run(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`),
    suspend: async (databases) => {
      for (const name of databases) await run(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS false`);
      await endConnections(pool, { databases, only: 'idle' });
    },
    wake: async (databases) => {
      for (const name of databases) await run(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS true`);
    },
    query: async (sql, values = []) => (await pool.query(sql, values)).rows,
    close: () => pool.end(),
  };
}

type Run = (sql: string) => Promise<void>;

async function createRole(run: Run, role: { name: string; password: Secret; readOnly: 'no' | 'yes' }): Promise<void> {
  const attributes = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  const verifier = await verifierLiteral(role.password);
  await namingConflicts(() => run(`CREATE ROLE ${quoted(role.name)} ${attributes} PASSWORD ${verifier}`));
  if (role.readOnly === 'no') return;
  await run(`GRANT pg_read_all_data TO ${quoted(role.name)}`);
  await run(`ALTER ROLE ${quoted(role.name)} SET default_transaction_read_only = on`);
}

async function createDatabase(
  run: Run,
  database: { name: string; owner: string; roles: readonly string[] },
): Promise<void> {
  const name = quoted(database.name);
  await run(`GRANT ${quoted(database.owner)} TO CURRENT_USER`);
  await namingConflicts(() => run(`CREATE DATABASE ${name} OWNER ${quoted(database.owner)}`));
  // Projects share the server: CONNECT is what keeps them apart.
  await run(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  for (const role of database.roles) await run(`GRANT CONNECT ON DATABASE ${name} TO ${quoted(role)}`);
}

/** Objects can be given away only from inside each database, hence a connection to every one. */
async function dropRole(
  url: Secret,
  role: { name: string; address: HostAddress; databases: readonly string[]; newOwner: string | null },
): Promise<void> {
  const name = quoted(role.name);
  for (const database of [...role.databases, null]) {
    const client = new pg.Client({
      ...poolOptions(url, role.address),
      ...(database === null ? {} : { database }),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    await client.connect();
    try {
      if (database === null) {
        await client.query(`DROP ROLE IF EXISTS ${name}`);
      } else {
        if (role.newOwner !== null) await client.query(`REASSIGN OWNED BY ${name} TO ${quoted(role.newOwner)}`);
        await client.query(`DROP OWNED BY ${name}`);
      }
    } finally {
      await client.end();
    }
  }
}

async function endConnections(
  pool: pg.Pool,
  target: { databases: readonly string[]; only: 'idle' | 'all' },
): Promise<void> {
  const idle = target.only === 'idle' ? `AND state = 'idle'` : '';
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1) AND pid <> pg_backend_pid() ${idle}`,
    [[...target.databases]],
  );
}

async function namingConflicts(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code === DUPLICATE_DATABASE || code === DUPLICATE_OBJECT)
      throw new HostNameTaken('name is taken', { cause: error });
    throw error;
  }
}

/** The verifier instead of the password: a server that logs statements then logs no password. */
async function verifierLiteral(password: Secret): Promise<string> {
  return pg.escapeLiteral(encodeVerifier(await makeVerifier(password.reveal())));
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}

function hostAddress(url: Secret): HostAddress {
  const parsed = new URL(url.reveal());
  const given = parsed.searchParams.get('sslmode');
  const sslMode = given === 'disable' || given === 'require' || given === 'verify-ca' ? given : 'verify-full';
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || 5432), sslMode };
}

function poolOptions(url: Secret, address: HostAddress): pg.ClientConfig {
  const parsed = new URL(url.reveal());
  return {
    host: address.host,
    port: address.port,
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)) || 'postgres',
    ssl: address.sslMode === 'disable' ? false : { rejectUnauthorized: address.sslMode !== 'require' },
  };
}
