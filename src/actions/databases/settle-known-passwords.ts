// The passwords of database roles that people still know when their access ends. The actor who ends
// it is told which, and may have them replaced in the same act.

import {
  type KnownPassword,
  type KnownPasswordsAsked,
  listPasswordsKnownOutside,
} from '../../catalogue/projects/password-reveals.ts';
import { type AuditContext, auditActor } from '../../catalogue/trail/audit-context.ts';
import { type PosternError, toPosternError } from '../../errors.ts';
import type { ActionParts } from '../action-parts.ts';
import type { AccessEnders } from '../define-action.ts';
import { resetRolePassword } from './change-databases-and-roles.ts';

/** Beyond it the rest is kept, and said so, since each takes a session on a host. */
const MAX_RESETS = 50;

export interface PasswordChoice {
  readonly passwords: 'keep' | 'reset';
}

export type SettledPassword = KnownPassword &
  ({ readonly kind: 'kept' | 'reset' } | { readonly kind: 'failed'; readonly error: PosternError });

export type ResettingParts = Pick<ActionParts, 'catalogue' | 'provisioning'> & AccessEnders;

/** After access has ended. A reset that fails is told, and undoes nothing. */
export async function settleKnownPasswords(
  parts: ResettingParts,
  context: AuditContext,
  { passwords, ...asked }: PasswordChoice & KnownPasswordsAsked,
): Promise<SettledPassword[]> {
  return settle(parts, context, { known: await listPasswordsKnownOutside(parts.catalogue.db, asked), passwords });
}

/** Those that were known when the access ended. */
export async function settle(
  parts: ResettingParts,
  context: AuditContext,
  { known, passwords }: PasswordChoice & { readonly known: readonly KnownPassword[] },
): Promise<SettledPassword[]> {
  const settled: SettledPassword[] = [];
  for (const [index, each] of known.entries()) {
    const isReset = passwords === 'reset' && index < MAX_RESETS;
    settled.push(isReset ? await reset(parts, context, each) : { ...each, kind: 'kept' });
  }
  return settled;
}

// Postern sets it: the new one is shown to nobody, and whoever may remove people may have it done.
async function reset(parts: ResettingParts, context: AuditContext, known: KnownPassword): Promise<SettledPassword> {
  const { projectId, branchId, roleName: name } = known;
  const unseen: AuditContext = { ...context, actor: { kind: 'system', onBehalfOf: auditActor(context.actor) } };
  try {
    await resetRolePassword(parts, unseen, { projectId, branchId, name });
    return { ...known, kind: 'reset' };
  } catch (error) {
    return { ...known, kind: 'failed', error: toPosternError(error) };
  }
}
