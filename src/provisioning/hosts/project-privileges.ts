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
    CLOSE_FUNCTIONS,
  ];
}

/**
 * Large objects, which are written without a table, are for roles that may make tables. NOTE:
 * pg_dump writes such a change down. Restored by an owner who has the right it warns; what is
 * closed to the owner would fail. Without a superuser it does nothing.
 */
export const CLOSE_FUNCTIONS = `DO $$
DECLARE
  writers text;
  closed regprocedure;
BEGIN
  SELECT string_agg(DISTINCT quote_ident(pg_get_userbyid(a.grantee)), ', ') INTO writers FROM pg_database d
    CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
    WHERE d.datname = current_database() AND a.privilege_type = 'CREATE' AND a.grantee <> 0;
  FOR closed IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea')
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', closed);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', closed, writers);
  END LOOP;
EXCEPTION WHEN insufficient_privilege OR internal_error THEN
  -- Another node did the same in this moment.
  RETURN;
END $$`;

/** Open ones of those names where a superuser has not closed them yet, as pg_shdepend tells. */
export const OPEN_FUNCTIONS = `SELECT d.datname AS name FROM pg_database d
  WHERE d.datname = ANY($1) AND pg_get_userbyid(d.datdba) = ANY($2) AND d.datallowconn
    AND current_setting('is_superuser') = 'on' AND NOT EXISTS (
      SELECT FROM pg_shdepend s WHERE s.dbid = d.oid AND s.classid = 'pg_proc'::regclass
        AND s.objid = 'lo_create(oid)'::regprocedure AND s.deptype = 'a')`;

const READS = ['SELECT ON TABLES', 'SELECT ON SEQUENCES', 'USAGE ON SCHEMAS'] as const;
const WRITES = ['ALL ON TABLES', 'ALL ON SEQUENCES', 'ALL ON SCHEMAS'] as const;

/** What somebody may do with whatever `maker` makes from now on. */
function inFuture(maker: string, user: string, privileges: readonly string[]): string[] {
  const [from, to] = [escapeIdentifier(maker), escapeIdentifier(user)];
  return privileges.map((privilege) => `ALTER DEFAULT PRIVILEGES FOR ROLE ${from} GRANT ${privilege} TO ${to}`);
}
