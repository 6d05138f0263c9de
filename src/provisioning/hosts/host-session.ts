// Changes roles, databases and privileges on a host, under a name by which another node ends it.

import pg, { escapeIdentifier as quoted } from 'pg';
import { inAnyOrder, tryAll } from '../../async/try-all.ts';
import type { HostTenant } from '../../catalogue/projects/database-role-rows.ts';
import { encodeVerifier, makeVerifier } from '../../protocol/scram-verifier.ts';
import type { Secret } from '../../secret.ts';
import type { ConnectionShare } from './connection-share.ts';
import { dropDatabase } from './drop-database.ts';
import { closeToOthers, TENDING_LOCK_LIMIT_MS } from './foreign-grants.ts';
import { partProjects } from './foreign-memberships.ts';
import type { HostConnection } from './host-connection.ts';
import {
  endConnections,
  findDatabase,
  findOwnDatabases,
  findRole,
  type HostDatabase,
  type HostObject,
} from './host-objects.ts';
import { bequeath } from './owned-pieces.ts';
import {
  CLOSE_FUNCTIONS,
  claimPublicSchema,
  OPEN_FUNCTIONS,
  type ProjectRoles,
  shareDatabase,
} from './project-privileges.ts';
import { restoreReaderSettings, setReadOnly } from './reader-settings.ts';
import { closeLogin, dropRetiredRole, dropRetiredRoles, type OnKept, retireRole } from './retire-role.ts';

// PostgreSQL Error Codes: duplicate_database, duplicate_object, reserved_name, unique_violation
const NAME_IS_TAKEN = ['42P04', '42710', '42939', '23505'];

/** A role or a database of that name is already there, or the name is the server's own. */
export class HostNameTaken extends Error {}

export interface NewHostRole {
  readonly name: string;
  readonly password: Secret;
  /** The project's role whose rights it has, too; null for none. */
  readonly memberOf: string | null;
  readonly access: 'read_write' | 'read_only';
}

export interface NewHostDatabase {
  readonly name: string;
  readonly owner: string;
  readonly roles: ProjectRoles;
  /** A name that nobody else uses: the database has it until it is complete. */
  readonly workingName: string;
}

export interface Heritage {
  readonly databases: readonly HostDatabase[];
  readonly heir: string;
}

/** Notes the oid of something new: durable before the thing is, or before it has its final name. */
export type NoteOid = (oid: number) => Promise<void>;

export type HostSession = ReturnType<typeof hostSession>;

export function hostSession(connection: HostConnection, share: ConnectionShare) {
  const { run, runIn } = connection;
  return {
    /** Makes a login role atomically; `note` is called before the commit. Throws HostNameTaken. */
    createRole: async (role: NewHostRole, note: NoteOid): Promise<void> => {
      const statements = await roleStatements(role, await share.ofRole());
      await run('BEGIN');
      try {
        await run(...statements).catch(nameConflict);
        await note((await findRole(connection, { name: role.name }))?.oid ?? 0);
        await run('COMMIT');
      } catch (error) {
        // A connection that was lost has rolled back by itself.
        await run('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    setPassword: async (name: string, password: Secret): Promise<void> =>
      run(`ALTER ROLE ${quoted(name)} PASSWORD ${await verifierLiteral(password)}`),
    restoreReaderSettings: (name: string): Promise<boolean> => restoreReaderSettings(connection, name),
    closeLogin: (role: HostObject): Promise<void> => closeLogin(connection, role),
    /** Gives what the role owns there to `heir`. Throws `busy`, `role_holds_too_much`. */
    bequeath: (role: HostObject, heritage: Heritage): Promise<void> => bequeath(connection, role, heritage),
    retireRole: (role: HostObject): Promise<void> => retireRole(connection, role),
    /** The others stay as they are. Throws, after the rest, what keeps one from being changed. */
    limitRoles: (tenants: readonly Pick<HostTenant, 'roles'>[]): Promise<void> =>
      limitRoles(connection, tenants, share),
    /** Throws, after the rest, what keeps one from being closed. */
    closeToOthers: (tenants: readonly HostTenant[]): Promise<void> => closeToOthers(connection, tenants),
    partProjects: (tenants: readonly HostTenant[]): Promise<void> => partProjects(connection, tenants),
    closeFunctions: (tenants: readonly HostTenant[]): Promise<void> => closeFunctions(connection, tenants),
    dropRetiredRole: (oid: number): Promise<void> => dropRetiredRole(connection, oid),
    /** Those whose turn it is, unless another node does so. Tells what keeps one. */
    dropRetiredRoles: (onKept: OnKept): Promise<void> => dropRetiredRoles(connection, onKept),
    /** Only these roles may enter it. Throws HostNameTaken. */
    createDatabase: async ({ name, owner, roles, workingName }: NewHostDatabase, note: NoteOid): Promise<void> => {
      if ((await findDatabase(connection, { name })) !== null) throw new HostNameTaken(name);
      // template1 may hold objects of others, and cannot be copied while anybody uses it.
      await run(`CREATE DATABASE ${quoted(workingName)} OWNER ${quoted(owner)} TEMPLATE template0`).catch(nameConflict);
      await note((await findDatabase(connection, { name: workingName }))?.oid ?? 0);
      await run(`REVOKE ALL ON DATABASE ${quoted(workingName)} FROM PUBLIC`);
      await runIn(workingName, [...claimPublicSchema(roles), ...shareDatabase(workingName, roles)]);
      await run(`ALTER DATABASE ${quoted(workingName)} RENAME TO ${quoted(name)}`).catch(nameConflict);
    },
    /** Lets the project's roles, of which some are new, work in a database together. */
    shareDatabase: ({ name }: HostDatabase, roles: ProjectRoles): Promise<void> =>
      runIn(name, shareDatabase(name, roles)),
    setOwner: ({ name }: HostDatabase, owner: string): Promise<void> =>
      run(`ALTER DATABASE ${quoted(name)} OWNER TO ${quoted(owner)}`),
    /** Ends the database's connections. Throws HostNameTaken. */
    renameDatabase: async ({ name: from }: HostDatabase, to: string): Promise<void> => {
      await run(allowConnections(from, 'false'));
      try {
        await endConnections(connection, { databases: [from], which: 'all' });
        await run(`ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`, allowConnections(to, 'true'));
      } catch (error) {
        await run(allowConnections(from, 'true'));
        nameConflict(error);
      }
    },
    /** Ends the database's connections and removes it; does nothing when it is gone. */
    dropDatabase: ({ name }: HostDatabase): Promise<void> => dropDatabase(connection, name),
    dropWorkingDatabase: (workingName: string): Promise<void> => dropDatabase(connection, workingName),
    /** Refuses new connections to those databases and ends their idle ones. */
    suspend: async (databases: readonly HostDatabase[]): Promise<void> => {
      await run(...databases.map(({ name }) => allowConnections(name, 'false')));
      await endConnections(connection, { databases: databases.map(({ name }) => name), which: 'idle' });
    },
    wake: (databases: readonly HostDatabase[]): Promise<void> =>
      run(...databases.map(({ name }) => allowConnections(name, 'true'))),
    findRole: (name: string): Promise<HostObject | null> => findRole(connection, { name }),
    findDatabase: (oid: number): Promise<HostDatabase | null> => findDatabase(connection, { oid }),
    findOwnDatabases: (which: { names: readonly string[]; roles: readonly string[] }): Promise<HostDatabase[]> =>
      findOwnDatabases(connection, which),
  };
}

type Limited = readonly Pick<HostTenant, 'roles'>[];

async function limitRoles({ query, run }: HostConnection, tenants: Limited, share: ConnectionShare) {
  const limit = await share.ofRole();
  const unlike = 'SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1) AND rolcanlogin AND rolconnlimit <> $2';
  const found = await query<{ name: string }>(unlike, [tenants.flatMap(({ roles }) => roles), limit]);
  const changing = new Set(found.map(({ name }) => name));
  // A tenant can hold its own roles; the others must not wait for that.
  await tryAll(inAnyOrder(tenants), async ({ roles }) => {
    for (const name of inAnyOrder(roles.filter((role) => changing.has(role)))) {
      const alter = `ALTER ROLE ${quoted(name)} CONNECTION LIMIT ${limit}`;
      await run(`SET LOCAL lock_timeout = ${TENDING_LOCK_LIMIT_MS}`, alter);
    }
  });
}

/** Where that was not done yet. Throws, after the rest, what stays open. */
async function closeFunctions({ query, runIn }: HostConnection, tenants: readonly HostTenant[]): Promise<void> {
  const all = (which: keyof HostTenant) => tenants.flatMap((tenant) => tenant[which]);
  const open = await query<{ name: string }>(OPEN_FUNCTIONS, [all('databases'), all('roles')]);
  await tryAll(inAnyOrder(open), ({ name }) => runIn(name, [CLOSE_FUNCTIONS], { lockLimitMs: TENDING_LOCK_LIMIT_MS }));
}

async function roleStatements({ name, password, memberOf, access }: NewHostRole, limit: number): Promise<string[]> {
  const role = quoted(name);
  const attributes = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT ${limit}`;
  return [
    `CREATE ROLE ${role} ${attributes} PASSWORD ${await verifierLiteral(password)}`,
    // A role that is no superuser may give databases and privileges only to roles it belongs to.
    `GRANT ${role} TO CURRENT_USER`,
    ...(memberOf === null ? [] : [`GRANT ${quoted(memberOf)} TO ${role}`]),
    ...(access === 'read_only' ? [setReadOnly(name)] : []),
  ];
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
