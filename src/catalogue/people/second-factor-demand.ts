// An organization may ask its members and guests for a second factor. Which of their relations
// count then is rights/counting-relations.ts; here is the setting, and whom it shuts out.

import { type Kysely, sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, isOrganizationId, type UserId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { hasSecondFactor } from '../rights/actors.ts';
import { hasProvenFactor } from '../rights/counting-relations.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';

interface PersonWithoutFactor {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  readonly relation: 'admin' | 'member' | 'guest';
}

export interface SecondFactorDemand {
  readonly organizationName: string;
  readonly isDemanded: boolean;
  /** Members and guests without a second factor, by name: whom the demand shuts out. */
  readonly without: readonly PersonWithoutFactor[];
}

/** For those who may change it. */
export async function findSecondFactorDemand(
  { db }: Pick<Catalogue, 'db'>,
  { actor }: Pick<AuditContext, 'actor'>,
  accountId: AccountId,
): Promise<SecondFactorDemand> {
  requireMay(actor, 'account.change_policy', organizationResource(accountId));
  return await readDemand(db, accountId);
}

/**
 * Once demanded, grants and connections of those without one end. Throws `own_second_factor_first`
 * for an admin whom it would shut out.
 */
export async function setSecondFactorDemand(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, isDemanded }: { readonly accountId: AccountId; readonly isDemanded: boolean },
): Promise<SecondFactorDemand & { readonly isChanged: boolean }> {
  const { actor } = context;
  const asked = { action: 'account.change_policy', resource: organizationResource(accountId) } as const;
  requireMay(actor, asked.action, asked.resource);
  if (isDemanded && actor.kind === 'person' && !hasProvenFactor(actor)) {
    throw new PosternError('own_second_factor_first');
  }
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const { demandsSecondFactor } = await lockAccount(tx, accountId);
    if (demandsSecondFactor !== isDemanded) {
      const changed = { demands_second_factor: isDemanded, updated_at: catalogue.clock.now() };
      await tx.updateTable('accounts').set(changed).where('id', '=', accountId).execute();
      if (isDemanded) await recordEndedAccess(tx, { kind: 'rules', owners: { accountId } });
      const reason = isDemanded ? 'second factor demanded' : 'second factor no longer demanded';
      await recordChange(tx, { catalogue, context }, { event: 'policy.changed', accountId, reason });
    }
    return { ...(await readDemand(tx, accountId)), isChanged: demandsSecondFactor !== isDemanded };
  });
}

/** Nobody but its owner is asked in a personal account. */
function organizationResource(accountId: AccountId) {
  const resource = accountResource(accountId);
  if (!isOrganizationId(accountId)) throw notFound(resource);
  return resource;
}

async function readDemand(db: Kysely<Schema>, accountId: AccountId): Promise<SecondFactorDemand> {
  const account = await db
    .selectFrom('accounts')
    .select(['name', 'demands_second_factor'])
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow(() => notFound(accountResource(accountId)));
  const { rows } = await sql<PersonWithoutFactor>`
    select person.id as "userId", person.name, person.email, held.relation from (
      select user_id, member_role as relation from memberships where account_id = ${accountId}
      union
      select share.user_id, 'guest' from project_shares share join projects project on project.id = share.project_id
      where project.account_id = ${accountId} and share.user_id is not null
    ) as held join users person on person.id = held.user_id
    where person.disabled_at is null and not ${sql.raw(hasSecondFactor('person.id'))}
    order by person.name, person.id`.execute(db);
  return { organizationName: account.name, isDemanded: account.demands_second_factor, without: rows };
}
