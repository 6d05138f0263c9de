// The people who may break the glass in an organization: members whom an admin names.

import { type Kysely, sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, type ComputeId, isOrganizationId, type UserId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import type { PersonActor } from '../rights/actors.ts';
import { unmetDemands } from '../rights/counting-relations.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';

/** A few people are a way in for emergencies; many are a rule that nobody wrote down. */
const MOST_PEOPLE = 20;

export interface GlassPerson {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  /** Null: somebody who is gone, or the local command line. */
  readonly namedBy: string | null;
  readonly namedAt: Date;
}

export interface WhichGlassPerson {
  readonly accountId: AccountId;
  readonly userId: UserId;
}

/** By name. */
export async function listGlassPeople(
  catalogue: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  accountId: AccountId,
): Promise<GlassPerson[]> {
  requireMay(actor, 'break_glass.read', accountResource(accountId));
  const people = await glassPeople(catalogue.db).where('named.account_id', '=', accountId).execute();
  return people.map(({ user_id: userId, named_by: namedBy, named_at: namedAt, name, email }) => {
    return { userId, name, email, namedBy, namedAt };
  });
}

function glassPeople(db: Kysely<Schema>) {
  return db
    .selectFrom('break_glass_people as named')
    .innerJoin('users as person', 'person.id', 'named.user_id')
    .leftJoin('users as namer', 'namer.id', 'named.named_by')
    .select(['named.user_id', 'named.named_at', 'person.name', 'person.email', 'namer.name as named_by'])
    .orderBy('person.name')
    .orderBy('person.id');
}

/** In any organization. */
export async function mayBreakGlass(db: Kysely<Schema>, userId: UserId): Promise<boolean> {
  const named = db.selectFrom('break_glass_people').select('account_id').where('user_id', '=', userId).limit(1);
  return (await named.executeTakeFirst()) !== undefined;
}

export interface GlassCompute {
  readonly id: ComputeId;
  readonly name: string;
  readonly projectName: string;
  readonly accountName: string;
}

const MOST_COMPUTES = 500;

/** All computes for which the person may break it, by organization and project. */
export async function listGlassComputes(db: Kysely<Schema>, person: PersonActor): Promise<GlassCompute[]> {
  const unmet = [...unmetDemands(person).keys()];
  const { rows } = await sql<GlassCompute>`
    select compute.id, coalesce(compute.name, compute.id) as name, project.name as "projectName",
      account.name as "accountName"
    from break_glass_people named
      join accounts account on account.id = named.account_id
      join projects project on project.account_id = account.id
      join computes compute on compute.project_id = project.id and not compute.is_disabled
    where named.user_id = ${person.userId} and account.id <> all(${unmet}::text[])
    order by account.name, project.name, project.id, compute.ordinal limit ${MOST_COMPUTES}`.execute(db);
  return rows;
}

/** Does nothing for a person who is named already. Throws `too_many_glass_people`. */
export async function nameGlassPerson(
  catalogue: Catalogue,
  context: AuditContext,
  which: WhichGlassPerson,
): Promise<GlassPerson> {
  const { accountId, userId } = which;
  const resource = accountResource(accountId);
  requireMay(context.actor, 'break_glass.change', resource);
  if (!isOrganizationId(accountId)) throw notFound(resource);
  await catalogue.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    await requireStillMay(tx, { catalogue, context }, { action: 'break_glass.change', resource });
    const members = tx.selectFrom('memberships').innerJoin('users', 'users.id', 'memberships.user_id');
    const { email } = await members
      .select('users.email')
      .where('memberships.account_id', '=', accountId)
      .where('memberships.user_id', '=', userId)
      .executeTakeFirstOrThrow(() => missing(`member "${userId}"`));
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from break_glass_people where account_id = ${accountId} and user_id <> ${userId}`.execute(
      tx,
    );
    if (Number(rows[0]?.count) >= MOST_PEOPLE) {
      throw new PosternError('too_many_glass_people', { params: { limit: String(MOST_PEOPLE) } });
    }
    const named_by = context.actor.kind === 'person' ? context.actor.userId : null;
    const named = await tx
      .insertInto('break_glass_people')
      .values({ account_id: accountId, user_id: userId, named_by, named_at: catalogue.clock.now() })
      .onConflict((conflict) => conflict.doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (named === undefined) return;
    await recordChange(tx, { catalogue, context }, { event: 'break_glass.person_named', accountId, subject: email });
  });
  return await getGlassPerson(catalogue, which);
}

/** What glass the person has broken there is over at once. Throws `not_found`. */
export async function unnameGlassPerson(
  catalogue: Catalogue,
  context: AuditContext,
  which: WhichGlassPerson,
): Promise<GlassPerson> {
  const { accountId, userId } = which;
  const resource = accountResource(accountId);
  requireMay(context.actor, 'break_glass.change', resource);
  return await catalogue.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    await requireStillMay(tx, { catalogue, context }, { action: 'break_glass.change', resource });
    const person = await getGlassPerson({ ...catalogue, db: tx }, which);
    const rows = tx.deleteFrom('break_glass_people').where('account_id', '=', accountId);
    await rows.where('user_id', '=', userId).execute();
    await recordEndedAccess(tx, { kind: 'rules', owners: { accountId, userId } });
    const facts = { accountId, subject: person.email };
    await recordChange(tx, { catalogue, context }, { event: 'break_glass.person_removed', ...facts });
    return person;
  });
}

async function getGlassPerson(catalogue: Catalogue, { accountId, userId }: WhichGlassPerson): Promise<GlassPerson> {
  const row = await glassPeople(catalogue.db)
    .where('named.account_id', '=', accountId)
    .where('named.user_id', '=', userId)
    .executeTakeFirstOrThrow(() => missing(`person "${userId}", who may break the glass`));
  return { userId, name: row.name, email: row.email, namedBy: row.named_by, namedAt: row.named_at };
}
