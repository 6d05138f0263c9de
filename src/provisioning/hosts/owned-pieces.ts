// What hangs on a role in one database, given away in pieces: REASSIGN OWNED and DROP OWNED take a
// lock for each thing, and the server has one table of locks for all of its tenants.

import { escapeIdentifier as quoted } from 'pg';
import { PosternError } from '../../errors.ts';
import type { HostConnection, HostQuery } from './host-connection.ts';
import type { HostDatabase, HostObject } from './host-objects.ts';

/** In one transaction of ours; the smallest usual server has room for 6,400. */
const MOST_LOCKS = 1_000;
/** Each locks itself and its table. */
const MOST_POLICIES = 300;

/** With its indexes and sequences, which change owners with it. */
const RELATIONS = `SELECT CASE relkind WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind,
    quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
    (1 + (SELECT count(*) FROM pg_index WHERE indrelid = c.oid)
      + (SELECT count(DISTINCT objid) FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = c.oid
          AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i')))::int AS locks
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relowner = $1 AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S')
    AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass
      AND objid = c.oid AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')))
  LIMIT ${MOST_LOCKS + 1}`;
const POLICIES = `SELECT quote_ident(p.polname) AS name,
    quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation,
    ARRAY(SELECT quote_ident(rolname) FROM pg_roles WHERE oid = ANY(p.polroles) AND oid <> $1) AS others
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE $1 = ANY(p.polroles) LIMIT ${MOST_POLICIES + 1}`;
/** What DROP OWNED locks one by one, but for relations; with `$2` after REASSIGN OWNED. */
const OTHERS = `SELECT count(*)::int AS others FROM pg_shdepend
  WHERE refclassid = 'pg_authid'::regclass AND refobjid = $1 AND deptype = 'o' AND classid <> 'pg_class'::regclass
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (NOT $2 OR classid IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass))`;

interface Inside {
  readonly database: string;
  readonly query: HostQuery;
}

/** Throws `busy`, or `role_holds_too_much` when pieces do not do it. */
export async function bequeath(
  { inside }: HostConnection,
  role: HostObject,
  { databases, heir }: { readonly databases: readonly HostDatabase[]; readonly heir: string },
): Promise<void> {
  for (const { name: database } of databases) {
    await inside(database, async (query) => {
      await handOver({ database, query }, role, heir);
      await dropPolicies(query, role);
      await requireFew({ database, query }, role, 'reassigned');
      const given = `REASSIGN OWNED BY ${quoted(role.name)} TO ${quoted(heir)}`;
      await query(`${given}; DROP OWNED BY ${quoted(role.name)}`);
    });
  }
}

/** Throws as `bequeath`. */
export async function dropOwned(
  { inside }: HostConnection,
  role: HostObject,
  { database, lockLimitMs }: { readonly database: string; readonly lockLimitMs: number },
): Promise<void> {
  const work = async (query: HostQuery) => {
    await dropPolicies(query, role);
    await requireFew({ database, query }, role, 'dropped');
    await query(`DROP OWNED BY ${quoted(role.name)}`);
  };
  await inside(database, work, lockLimitMs);
}

interface Relation {
  readonly kind: string;
  readonly name: string;
  readonly locks: number;
}

/** Until what is left fits into one transaction. */
async function handOver({ database, query }: Inside, role: HostObject, heir: string): Promise<void> {
  for (;;) {
    const relations = await query<Relation>(RELATIONS, [role.oid]);
    if (sum(relations) <= MOST_LOCKS) return;
    const piece = pieceOf(relations);
    if (piece.length === 0) throw holdsTooMuch(role, database);
    await query(piece.map(({ kind, name }) => `ALTER ${kind} ${name} OWNER TO ${quoted(heir)}`).join('; '));
  }
}

function sum(relations: readonly Relation[]): number {
  return relations.reduce((total, { locks }) => total + locks, 0);
}

function pieceOf(relations: readonly Relation[]): Relation[] {
  const piece: Relation[] = [];
  let left = MOST_LOCKS;
  for (const relation of relations) {
    if (relation.locks > left) continue;
    left -= relation.locks;
    piece.push(relation);
  }
  return piece;
}

/** DROP OWNED does the same for the last of them. */
async function dropPolicies(query: HostQuery, { oid }: HostObject): Promise<void> {
  for (;;) {
    const policies = await query<{ name: string; relation: string; others: string[] }>(POLICIES, [oid]);
    if (policies.length <= MOST_POLICIES) return;
    const statements = policies.map(({ name, relation, others }) =>
      others.length === 0
        ? `DROP POLICY ${name} ON ${relation}`
        : `ALTER POLICY ${name} ON ${relation} TO ${others.join(', ')}`,
    );
    await query(statements.join('; '));
  }
}

async function requireFew({ database, query }: Inside, role: HostObject, what: 'reassigned' | 'dropped') {
  const relations = what === 'reassigned' ? [] : await query<Relation>(RELATIONS, [role.oid]);
  const [row] = await query<{ others: number }>(OTHERS, [role.oid, what === 'reassigned']);
  if (sum(relations) + (row?.others ?? 0) > MOST_LOCKS) throw holdsTooMuch(role, database);
}

function holdsTooMuch({ name }: HostObject, database: string): PosternError {
  return new PosternError('role_holds_too_much', { params: { role: name, database } });
}
