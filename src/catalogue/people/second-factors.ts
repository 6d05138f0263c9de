// What a person has besides the password: passkeys and one-time codes, with recovery codes for the
// day when neither is at hand. What every change of them does besides is here.

import { type Kysely, sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { endWaysIn } from '../accounts/end-ways-in.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import type { PersonActor } from '../rights/actors.ts';
import { INSTALLATION } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { SignInMethod } from '../tables/second-factors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { replaceRecoveryCodes } from './recovery-codes.ts';

export type OwnContext = AuditContext & { readonly actor: PersonActor };

/** Asked first, which also makes changes of one person's factors happen one after the other. */
export const OWN_FACTORS = { action: 'self.change', resource: INSTALLATION } as const;

export interface SecondFactors {
  readonly passkeys: number;
  readonly hasOneTimeCodes: boolean;
  readonly recoveryCodesLeft: number;
}

export async function findSecondFactors(db: Kysely<Schema>, userId: UserId): Promise<SecondFactors> {
  const { rows } = await sql<SecondFactors>`
    select (select count(*)::int from passkeys where user_id = ${userId}) as "passkeys",
      exists (select 1 from one_time_code_secrets where id = ${userId} and confirmed_at is not null)
        as "hasOneTimeCodes",
      (select count(*)::int from recovery_codes where user_id = ${userId}) as "recoveryCodesLeft"
  `.execute(db);
  return rows[0] ?? { passkeys: 0, hasOneTimeCodes: false, recoveryCodesLeft: 0 };
}

/** Whether a password alone is not enough for this person. */
export function asksSecondStep({ passkeys, hasOneTimeCodes }: SecondFactors): boolean {
  return passkeys > 0 || hasOneTimeCodes;
}

interface FactorAdded {
  readonly sessionId: string;
  /** For the audit trail. */
  readonly reason: string;
  /** The strength that the person's browser session has now; null: as before. */
  readonly method: SignInMethod | null;
}

/** Other browsers are signed out. Returns recovery codes for the first factor, else null. */
export async function settleAddedFactor(
  tx: Transaction<Schema>,
  { catalogue, context }: { readonly catalogue: Catalogue; readonly context: OwnContext },
  { sessionId, reason, method }: FactorAdded,
): Promise<readonly Secret[] | null> {
  const { userId } = context.actor;
  await endWaysIn(tx, { userId, keepSessionId: sessionId });
  if (method !== null) {
    const session = tx.updateTable('browser_sessions').set({ sign_in_method: method }).where('id', '=', sessionId);
    await session.where('user_id', '=', userId).execute();
  }
  await recordChange(tx, { catalogue, context }, { event: 'identity.changed', reason });
  const { recoveryCodesLeft } = await findSecondFactors(tx, userId);
  return recoveryCodesLeft > 0 ? null : await replaceRecoveryCodes(tx, { catalogue, userId });
}

/** Other browsers are signed out, and what rested on approvals ends. */
export async function settleRemovedFactor(
  tx: Transaction<Schema>,
  { catalogue, context }: { readonly catalogue: Catalogue; readonly context: OwnContext },
  { sessionId, reason }: Pick<FactorAdded, 'sessionId' | 'reason'>,
): Promise<void> {
  const { userId } = context.actor;
  await endWaysIn(tx, { userId, keepSessionId: sessionId });
  await recordEndedAccess(tx, { kind: 'end', owners: { userId } });
  await recordChange(tx, { catalogue, context }, { event: 'identity.changed', reason });
  // Codes for what is not there would only be a way in that nobody watches.
  const left = await findSecondFactors(tx, userId);
  if (!asksSecondStep(left)) await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
}

/** The earlier ones are void, and other browsers are signed out. Throws `conflict`. */
export async function replaceOwnRecoveryCodes(
  catalogue: Catalogue,
  context: OwnContext,
  { sessionId }: Pick<FactorAdded, 'sessionId'>,
): Promise<readonly Secret[]> {
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, OWN_FACTORS);
    const { userId } = context.actor;
    if (!asksSecondStep(await findSecondFactors(tx, userId))) throw new PosternError('no_second_factor');
    await endWaysIn(tx, { userId, keepSessionId: sessionId });
    await recordChange(tx, { catalogue, context }, { event: 'identity.changed', reason: 'recovery codes made' });
    return await replaceRecoveryCodes(tx, { catalogue, userId });
  });
}

/** By an operator's reset link. */
export async function removeAllFactors(tx: Transaction<Schema>, userId: UserId): Promise<void> {
  await tx.deleteFrom('passkeys').where('user_id', '=', userId).execute();
  await tx.deleteFrom('one_time_code_secrets').where('id', '=', userId).execute();
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
}
