// Privileges in a hosted database, as SQL. No predefined role is granted: `pg_read_all_data` also
// reads pg_authid, and with it the password verifiers of every other project.

import { escapeIdentifier } from 'pg';

export interface ProjectRoles {
  /** The project's own role. The other writers are its members and so may use what it has. */
  readonly own: string;
  readonly writers: readonly string[];
  readonly readers: readonly string[];
}

/** Runs once inside a new database. Up to PostgreSQL 14, everybody may create in `public`. */
export function claimPublicSchema({ own }: Pick<ProjectRoles, 'own'>): string[] {
  return ['REVOKE CREATE ON SCHEMA public FROM PUBLIC', `GRANT ALL ON SCHEMA public TO ${escapeIdentifier(own)}`];
}

/** Runs inside the database whenever it has a new role or owner; may be repeated. */
export function shareDatabase(database: string, { own, writers, readers }: ProjectRoles): string[] {
  const name = escapeIdentifier(database);
  return [
    ...[own, ...writers].map(
      (role) => `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${name} TO ${escapeIdentifier(role)}`,
    ),
    ...readers.map((role) => `GRANT CONNECT ON DATABASE ${name} TO ${escapeIdentifier(role)}`),
    ...[own, ...writers].flatMap((maker) => readers.flatMap((reader) => inFuture(maker, reader, READS))),
    ...writers.flatMap((maker) => inFuture(maker, own, WRITES)),
  ];
}

const READS = ['SELECT ON TABLES', 'SELECT ON SEQUENCES', 'USAGE ON SCHEMAS'] as const;
const WRITES = ['ALL ON TABLES', 'ALL ON SEQUENCES', 'ALL ON SCHEMAS'] as const;

/** What somebody may do with whatever `maker` makes from now on. */
function inFuture(maker: string, user: string, privileges: readonly string[]): string[] {
  const [from, to] = [escapeIdentifier(maker), escapeIdentifier(user)];
  return privileges.map((privilege) => `ALTER DEFAULT PRIVILEGES FOR ROLE ${from} GRANT ${privilege} TO ${to}`);
}
