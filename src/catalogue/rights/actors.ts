// Actors: a person with memberships and shares, a key, or Postern itself.

import type { AccountId, ConsentId, ProjectId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { MemberRole } from '../tables/people-and-accounts.ts';
import type { ApiScope } from './scopes.ts';

export interface PersonActor {
  readonly kind: 'person';
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly isOperator: boolean;
  readonly memberships: ReadonlyMap<AccountId, MemberRole>;
  readonly shares: ReadonlySet<ProjectId>;
  /** Set when the person acts through a personal API key. */
  readonly viaKeyId?: number;
  /** Set when a program acts for the person, within what they let it do. */
  readonly viaConsent?: { readonly id: ConsentId; readonly scopes: ReadonlySet<ApiScope> };
  /** Set when the person acts in a browser. */
  readonly viaSessionId?: string;
}

/** Not the person themselves, but something that they let act for them. */
export function isProgram({ viaKeyId, viaConsent }: PersonActor): boolean {
  return viaKeyId !== undefined || viaConsent !== undefined;
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
  const { id: userId, email, name } = user;
  return { kind: 'person', userId, email, name, isOperator: false, memberships: new Map(), shares: new Set() };
}

/** The person with current memberships and shares; null for nobody, and for a disabled person. */
export async function loadPersonActor(catalogue: Catalogue, userId: UserId): Promise<PersonActor | null> {
  return (await loadPersonActors(catalogue, [userId])).get(userId) ?? null;
}

export interface PersonJson {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly is_operator: boolean;
  readonly memberships: ReadonlyArray<readonly [AccountId, MemberRole]>;
  readonly shares: readonly ProjectId[];
}

/** The person of an id, as one JSON value of a statement: null for unknown and disabled ones. */
export function personAsJson(userId: string): string {
  return `(
    select json_build_object('id', person.id, 'email', person.email, 'name', person.name,
      'is_operator', person.is_operator,
      'memberships', array(select json_build_array(account_id, member_role) from memberships where user_id = person.id),
      'shares', array(select project_id from project_shares where user_id = person.id))
    from users person where person.id = ${userId} and person.disabled_at is null
  )`;
}

export function personFromJson({
  id: userId,
  email,
  name,
  is_operator: isOperator,
  ...rights
}: PersonJson): PersonActor {
  const { memberships, shares } = rights;
  return {
    kind: 'person',
    userId,
    email,
    name,
    isOperator,
    memberships: new Map(memberships),
    shares: new Set(shares),
  };
}

/** Three statements, however many people. Unknown and disabled ones are absent. */
export async function loadPersonActors({ db }: Catalogue, userIds: readonly UserId[]) {
  if (userIds.length === 0) return new Map();
  const [users, memberships, shares] = await Promise.all([
    db
      .selectFrom('users')
      .select(['id', 'email', 'name', 'is_operator'])
      .where('id', 'in', userIds)
      .where('disabled_at', 'is', null)
      .execute(),
    db
      .selectFrom('memberships')
      .select(['user_id', 'account_id', 'member_role'])
      .where('user_id', 'in', userIds)
      .execute(),
    db.selectFrom('project_shares').select(['user_id', 'project_id']).where('user_id', 'in', userIds).execute(),
  ]);
  const rightsOf = new Map(
    users.map(({ id }) => [id, { memberships: new Map<AccountId, MemberRole>(), shares: new Set<ProjectId>() }]),
  );
  for (const row of memberships) rightsOf.get(row.user_id)?.memberships.set(row.account_id, row.member_role);
  for (const row of shares) if (row.user_id !== null) rightsOf.get(row.user_id)?.shares.add(row.project_id);
  return new Map(
    users.map((user) => {
      const { id: userId, email, name, is_operator: isOperator } = user;
      const rights = rightsOf.get(userId) ?? { memberships: new Map(), shares: new Set() };
      return [userId, { kind: 'person', userId, email, name, isOperator, ...rights }];
    }),
  );
}
