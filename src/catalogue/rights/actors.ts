// Actors: a person with memberships and shares, a key, or Postern itself.

import type { AccountId, ProjectId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { MemberRole } from '../tables/people-and-accounts.ts';

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

export type Actor = PersonActor | OrganizationKeyActor | ProjectKeyActor | SystemActor;

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
