// Actors: a person with memberships and shares, a key, or Postern itself.

import type { AccountId, ConsentId, ProjectId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { preparedStatement } from '../store/prepared-statement.ts';
import type { MemberRole } from '../tables/people-and-accounts.ts';
import type { SignInMethod } from '../tables/second-factors.ts';
import type { ApiScope } from './scopes.ts';

export interface PersonActor {
  readonly kind: 'person';
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly isOperator: boolean;
  readonly memberships: ReadonlyMap<AccountId, MemberRole>;
  readonly shares: ReadonlySet<ProjectId>;
  /** Organizations of the two that ask for a second factor, with their names. */
  readonly demandedBy: ReadonlyMap<AccountId, string>;
  readonly hasSecondFactor: boolean;
  /** Set when the person acts through a personal API key. */
  readonly viaKeyId?: number;
  /** Set when a program acts for the person, within what they let it do. */
  readonly viaConsent?: { readonly id: ConsentId; readonly scopes: ReadonlySet<ApiScope> };
  /** Set when the person acts in a browser, together with how they signed in there. */
  readonly viaSessionId?: string;
  readonly viaSignIn?: SignInMethod;
}

/** Not the person themselves, but something that they let act for them. */
export function isProgram({ viaKeyId, viaConsent }: PersonActor): boolean {
  return viaKeyId !== undefined || viaConsent !== undefined;
}

/** The person of now, who acts by what they acted by then. */
export function actingBy(now: PersonActor, then: PersonActor): PersonActor {
  return { ...then, ...now };
}

export interface OrganizationKeyActor {
  readonly kind: 'organization_key';
  readonly keyId: number;
  readonly accountId: AccountId;
}

export interface ProjectKeyActor {
  readonly kind: 'project_key';
  readonly keyId: number;
  readonly accountId: AccountId;
  readonly projectId: ProjectId;
}

/** The identity provider of an organization, which pushes users and groups. */
export interface ScimKeyActor {
  readonly kind: 'scim_key';
  readonly keyId: number;
  readonly accountId: AccountId;
}

/** A schedule of on-call people, which approves in advance. */
export interface OnCallKeyActor {
  readonly kind: 'on_call_key';
  readonly keyId: number;
  readonly accountId: AccountId;
}

/** Postern itself: the local command line, timers, the demo. */
export interface SystemActor {
  readonly kind: 'system';
  /** The actor that requested what Postern now continues, as the audit trail names it. */
  readonly onBehalfOf?: {
    readonly actorType: 'person' | 'api_key' | 'access_token' | 'system' | 'operator';
    readonly actorId: string | null;
    readonly actorEmail: string | null;
  };
}

export type Actor = PersonActor | OrganizationKeyActor | ProjectKeyActor | ScimKeyActor | OnCallKeyActor | SystemActor;

export const SYSTEM: SystemActor = { kind: 'system' };

/** A person who was just created and belongs to nothing yet. */
export function newPersonActor(user: {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
}): PersonActor {
  const nothing = { is_operator: false, memberships: [], shares: [], demanded_by: [], has_second_factor: false };
  return personFromJson({ id: user.id, email: user.email, name: user.name, ...nothing });
}

/** The person with current memberships and shares; null for nobody, and for a disabled person. */
export async function loadPersonActor(catalogue: Pick<Catalogue, 'db'>, userId: UserId): Promise<PersonActor | null> {
  return (await loadPersonActors(catalogue, [userId])).get(userId) ?? null;
}

/** Unknown and disabled ones are absent. */
export async function loadPersonActors({ db }: Pick<Catalogue, 'db'>, userIds: readonly UserId[]) {
  const rows = userIds.length === 0 ? [] : await findPeople(db, [userIds]);
  const people = rows.flatMap(({ person }) => (person === null ? [] : [personFromJson(person)]));
  return new Map(people.map((person) => [person.userId, person]));
}

export interface PersonJson {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly is_operator: boolean;
  readonly memberships: ReadonlyArray<readonly [AccountId, MemberRole]>;
  readonly shares: readonly ProjectId[];
  readonly demanded_by: ReadonlyArray<readonly [AccountId, string]>;
  readonly has_second_factor: boolean;
}

/** A passkey, one-time codes, or an identity whose provider vouched at its last sign-in. */
export function hasSecondFactor(userId: string): string {
  return `(exists (select from passkeys where user_id = ${userId})
    or exists (select from one_time_code_secrets where id = ${userId} and confirmed_at is not null)
    or exists (select from identities where user_id = ${userId} and second_factor_at is not null))`;
}

/** The person of an id, as one JSON value of a statement: null for unknown and disabled ones. */
export function personAsJson(userId: string): string {
  return `(
    select json_build_object('id', person.id, 'email', person.email, 'name', person.name,
      'is_operator', person.is_operator,
      'memberships', array(select json_build_array(account_id, member_role) from memberships where user_id = person.id),
      'shares', array(select project_id from project_shares where user_id = person.id),
      'demanded_by', array(
        select json_build_array(id, name) from accounts where demands_second_factor and id in (
          select account_id from memberships where user_id = person.id
          union all
          select project.account_id from project_shares share join projects project on project.id = share.project_id
          where share.user_id = person.id)),
      'has_second_factor', ${hasSecondFactor('person.id')})
    from users person where person.id = ${userId} and person.disabled_at is null
  )`;
}

const findPeople = preparedStatement<{ readonly person: PersonJson | null }>(
  'people',
  `select ${personAsJson('asked.id')} as person from unnest($1::text[]) as asked(id)`,
);

export function personFromJson({ id: userId, email, name, is_operator, ...facts }: PersonJson): PersonActor {
  return {
    kind: 'person',
    userId,
    email,
    name,
    isOperator: is_operator,
    memberships: new Map(facts.memberships),
    shares: new Set(facts.shares),
    demandedBy: new Map(facts.demanded_by),
    hasSecondFactor: facts.has_second_factor,
  };
}
