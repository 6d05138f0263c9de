// Access that changes of the catalogue take away, recorded in the same transaction, so that it ends
// even if the node that made the change dies. Ends nothing itself: every node reads the rows and
// ends its own connections.

import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { AccessTokenId, AccountId, ComputeId, GrantId, ProjectId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { preparedStatement } from '../store/prepared-statement.ts';
import type { Schema } from '../store/schema.ts';
import type { EndedAccessTable } from '../tables/ended-access.ts';
import { type CatalogueSnapshot, currentSnapshot } from './catalogue-snapshot.ts';

/** What matches all of these owners ends; one besides the database role is given. */
export interface AccessOwners {
  readonly userId?: UserId;
  readonly accountId?: AccountId;
  readonly projectId?: ProjectId;
  readonly computeId?: ComputeId;
  readonly grantId?: GrantId;
  readonly accessTokenId?: AccessTokenId;
  /** Only together with a project. */
  readonly databaseRole?: string;
}

export interface EndedAccess {
  /**
   * `recheck`: grants end, and connections continue where the policy allows them. `rules`: grants,
   * and connections by them, continue as well where the access rules of now allow them.
   */
  readonly kind: 'end' | 'recheck' | 'rules';
  readonly owners: AccessOwners;
}

export interface RecordedEnding extends EndedAccess {
  readonly id: number;
  readonly transactionId: bigint;
  /** By the database's clock. */
  readonly endedAt: Date;
}

/** The owners that a connection or a grant depends on; null: none of that kind. */
export type RestingOn = { readonly [Owner in keyof AccessOwners]-?: Exclude<AccessOwners[Owner], undefined> | null };

/** Whether something with these owners matches all owners of the ending. */
export function isOwnedBy(on: RestingOn, owners: AccessOwners): boolean {
  const isOwner = <Id>(asked: Id | undefined, actual: Id | null) => asked === undefined || asked === actual;
  return (
    isOwner(owners.userId, on.userId) &&
    isOwner(owners.accountId, on.accountId) &&
    isOwner(owners.projectId, on.projectId) &&
    isOwner(owners.computeId, on.computeId) &&
    isOwner(owners.grantId, on.grantId) &&
    isOwner(owners.accessTokenId, on.accessTokenId) &&
    isOwner(owners.databaseRole, on.databaseRole)
  );
}

/** Every catalogue function that takes access away calls it in its transaction. */
export async function recordEndedAccess(tx: Transaction<Schema>, ended: EndedAccess | readonly EndedAccess[]) {
  const rows = [ended].flat().map(({ kind, owners }) => ({
    kind,
    user_id: owners.userId ?? null,
    account_id: owners.accountId ?? null,
    project_id: owners.projectId ?? null,
    compute_id: owners.computeId ?? null,
    grant_id: owners.grantId ?? null,
    access_token_id: owners.accessTokenId ?? null,
    database_role: owners.databaseRole ?? null,
  }));
  if (rows.length > 0) await tx.insertInto('ended_access').values(rows).execute();
}

// A restored catalogue has rows of another server's transactions, whose ids mean nothing here.
const IS_OF_THIS_SERVER = 'transaction_id < pg_snapshot_xmax(pg_current_snapshot())';

function isUnseenBy(snapshot: CatalogueSnapshot | null) {
  if (snapshot === null) return sql<boolean>`false`;
  return sql<boolean>`transaction_id >= pg_snapshot_xmin(${snapshot}::pg_snapshot)
    and not pg_visible_in_snapshot(transaction_id, ${snapshot}::pg_snapshot) and ${sql.raw<boolean>(IS_OF_THIS_SERVER)}`;
}

/** Endings committed after a snapshot, however late; null only for the first read. */
export async function readEndedAccess(db: Kysely<Schema>, after: CatalogueSnapshot | null) {
  const { rows } = await sql<Selectable<EndedAccessTable> & { snapshot: CatalogueSnapshot; unsettled: boolean }>`
    select ${currentSnapshot} as snapshot,
      exists (select 1 from ended_access where grants_ended_at is null) as unsettled, ended.*
    from (select) as always left join lateral (
      select * from ended_access where ${isUnseenBy(after)} order by id
    ) as ended on true`.execute(db);
  const [first] = rows;
  if (first === undefined) throw new Error('the catalogue did not say what it holds');
  return {
    snapshot: first.snapshot,
    hasUnsettledGrants: first.unsettled,
    // Without endings there is one row of nulls.
    endings: rows.filter(({ transaction_id }) => transaction_id !== null).map(endingFrom),
  };
}

/** Whether access with these owners was ended since; `kind` of null: or the policy changed. */
export async function isEndedSince(
  db: Kysely<Schema>,
  { snapshot, on, kind }: { readonly snapshot: CatalogueSnapshot; readonly on: RestingOn; readonly kind: 'end' | null },
): Promise<boolean> {
  const owners = [on.userId, on.accountId, on.projectId, on.computeId, on.grantId, on.accessTokenId, on.databaseRole];
  const [row] = await findEndedSince(db, [snapshot, kind, ...owners]);
  return row?.ended === true;
}

const findEndedSince = preparedStatement<{ readonly ended: boolean }>(
  'ended_since',
  `select exists (
    select 1 from ended_access where transaction_id >= pg_snapshot_xmin($1::pg_snapshot)
      and not pg_visible_in_snapshot(transaction_id, $1::pg_snapshot) and ${IS_OF_THIS_SERVER}
      and kind <> 'rules' and ($2::text is null or kind = $2)
      and (user_id is null or user_id = $3)
      and (account_id is null or account_id = $4)
      and (project_id is null or project_id = $5)
      and (compute_id is null or compute_id = $6)
      and (grant_id is null or grant_id = $7)
      and (access_token_id is null or access_token_id = $8)
      and (database_role is null or database_role = $9)
  ) as ended`,
);

const SETTLED_AT_A_TIME = 20;

/**
 * Revokes the grants of some recorded endings and marks them as settled; each of several nodes
 * takes other endings. Resolves to the number of endings taken. If `revoke` throws, they remain for
 * the next attempt.
 */
export async function settleGrants(
  catalogue: Pick<Catalogue, 'transaction'>,
  revoke: (ending: RecordedEnding) => Promise<void>,
): Promise<number> {
  return await catalogue.transaction(async (tx) => {
    const rows = await tx
      .selectFrom('ended_access')
      .selectAll()
      .where('grants_ended_at', 'is', null)
      .orderBy('id')
      .limit(SETTLED_AT_A_TIME)
      .forUpdate()
      .skipLocked()
      .execute();
    if (rows.length === 0) return 0;
    for (const row of rows) await revoke(endingFrom(row));
    await tx
      .updateTable('ended_access')
      .set({ grants_ended_at: sql`clock_timestamp()` })
      .where(
        'id',
        'in',
        rows.map(({ id }) => id),
      )
      .execute();
    return rows.length;
  });
}

function endingFrom(row: Selectable<EndedAccessTable>): RecordedEnding {
  return {
    id: row.id,
    kind: row.kind,
    transactionId: BigInt(row.transaction_id),
    endedAt: row.ended_at,
    owners: {
      ...(row.user_id === null ? {} : { userId: row.user_id }),
      ...(row.account_id === null ? {} : { accountId: row.account_id }),
      ...(row.project_id === null ? {} : { projectId: row.project_id }),
      ...(row.compute_id === null ? {} : { computeId: row.compute_id }),
      ...(row.grant_id === null ? {} : { grantId: row.grant_id }),
      ...(row.access_token_id === null ? {} : { accessTokenId: row.access_token_id }),
      ...(row.database_role === null ? {} : { databaseRole: row.database_role }),
    },
  };
}
