// The people, teams, projects and computes that rules name: whether they belong to the account, and
// what they are called.

import { type Kysely, sql, type Transaction } from 'kysely';
import { type AccountId, personalAccountId, type UserId } from '../../ids.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import { emailKey } from '../store/email-address.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';

/** Throws `not_found` for what is not the account's: rules reveal nothing of other accounts. */
export async function requireOwnThings(tx: Transaction<Schema>, rule: AccessRule): Promise<void> {
  const { accountId, subject, object, grants } = rule;
  if (subject.kind === 'person') await requirePerson(tx, accountId, subject.userId);
  const teamIds = [
    ...(subject.kind === 'team' ? [subject.teamId] : []),
    ...(grants.approvals === null ? [] : [grants.approvals.teamId]),
  ];
  for (const id of teamIds) {
    const found = tx.selectFrom('teams').select('id').where('id', '=', id).where('account_id', '=', accountId);
    await found.executeTakeFirstOrThrow(() => missing(`team "${id}"`));
  }
  if (object.kind === 'project') {
    const { projectId: id } = object;
    const found = tx.selectFrom('projects').select('id').where('id', '=', id).where('account_id', '=', accountId);
    await found.executeTakeFirstOrThrow(() => missing(`project "${id}"`));
  }
  if (object.kind !== 'compute') return;
  await tx
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .select('computes.id')
    .where('computes.id', '=', object.computeId)
    .where('projects.account_id', '=', accountId)
    .executeTakeFirstOrThrow(() => missing(`compute "${object.computeId}"`));
}

/** A member, or a guest of one of the account's projects. */
async function requirePerson(tx: Transaction<Schema>, accountId: AccountId, userId: UserId): Promise<void> {
  if (!(await belongsTo(tx, accountId, userId))) throw missing(`member or guest "${userId}"`);
}

async function belongsTo(db: Kysely<Schema>, accountId: AccountId, userId: UserId): Promise<boolean> {
  if (accountId === personalAccountId(userId)) return true;
  const { rows } = await sql<{ belongs: boolean }>`
    select exists (select 1 from memberships where user_id = ${userId} and account_id = ${accountId})
      or exists (
        select 1 from project_shares share join projects project on project.id = share.project_id
        where share.user_id = ${userId} and project.account_id = ${accountId}
      ) as belongs`.execute(db);
  return rows[0]?.belongs === true;
}

export interface NamedThings {
  readonly people: ReadonlyMap<string, string>;
  readonly teams: ReadonlyMap<string, string>;
  readonly projects: ReadonlyMap<string, string>;
  /** The project's name before the compute's. */
  readonly computes: ReadonlyMap<string, string>;
}

/** Does not check permissions: for those who may read the rules. */
export async function findNamedThings(db: Kysely<Schema>, rules: readonly AccessRule[]): Promise<NamedThings> {
  const userIds = rules.flatMap(({ subject }) => (subject.kind === 'person' ? [subject.userId] : []));
  const teamIds = rules.flatMap(({ subject, grants }) => [
    ...(subject.kind === 'team' ? [subject.teamId] : []),
    ...(grants.approvals === null ? [] : [grants.approvals.teamId]),
  ]);
  const projectIds = rules.flatMap(({ object }) => (object.kind === 'project' ? [object.projectId] : []));
  const computeIds = rules.flatMap(({ object }) => (object.kind === 'compute' ? [object.computeId] : []));
  const [people, teams, projects, computes] = await Promise.all([
    userIds.length === 0 ? [] : db.selectFrom('users').select(['id', 'email']).where('id', 'in', userIds).execute(),
    teamIds.length === 0 ? [] : db.selectFrom('teams').select(['id', 'name']).where('id', 'in', teamIds).execute(),
    projectIds.length === 0
      ? []
      : db.selectFrom('projects').select(['id', 'name']).where('id', 'in', projectIds).execute(),
    computeIds.length === 0
      ? []
      : db
          .selectFrom('computes')
          .innerJoin('projects', 'projects.id', 'computes.project_id')
          .select(['computes.id', 'computes.name', 'projects.name as project'])
          .where('computes.id', 'in', computeIds)
          .execute(),
  ]);
  return {
    people: new Map(people.map(({ id, email }) => [id, email])),
    teams: new Map(teams.map(({ id, name }) => [id, name])),
    projects: new Map(projects.map(({ id, name }) => [id, name])),
    computes: new Map(computes.map(({ id, name, project }) => [id, `${project}, ${name ?? id}`])),
  };
}

/** The members and guests of the account with that e-mail: one at most. */
export async function findPeopleOfAccount(db: Kysely<Schema>, accountId: AccountId, email: string) {
  const people = db.selectFrom('users').select(['id', 'email']).where('email_key', '=', emailKey(email.trim()));
  const [person] = await people.execute();
  return person !== undefined && (await belongsTo(db, accountId, person.id)) ? [person] : [];
}
