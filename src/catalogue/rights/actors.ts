// Actors: a person with memberships and shares, a key, or Postern itself; and how a person is
// loaded.

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

/** The person with current memberships and shares; null when there is no such person. */
export async function loadPersonActor(catalogue: Catalogue, userId: UserId): Promise<PersonActor | null> {
  const [user, memberships, shares] = await Promise.all([
    catalogue.db
      .selectFrom('users')
      .select(['id', 'email', 'name', 'is_operator'])
      .where('id', '=', userId)
      .executeTakeFirst(),
    catalogue.db
      .selectFrom('memberships')
      .select(['account_id', 'member_role'])
      .where('user_id', '=', userId)
      .execute(),
    catalogue.db.selectFrom('project_shares').select('project_id').where('user_id', '=', userId).execute(),
  ]);
  if (user === undefined) return null;
  return {
    kind: 'person',
    userId: user.id,
    email: user.email,
    name: user.name,
    isOperator: user.is_operator,
    memberships: new Map(memberships.map((row) => [row.account_id, row.member_role])),
    shares: new Set(shares.map((row) => row.project_id)),
  };
}
