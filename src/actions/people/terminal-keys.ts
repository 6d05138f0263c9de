// The keys of a person's terminals: listed, and forgotten together with the grants bound to them.

import { recordEndedAccess } from '../../catalogue/endings/ended-access.ts';
import { deleteKey, findKeyHolders, listKeys, type TerminalKey } from '../../catalogue/people/terminal-keys.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import { auditActor } from '../../catalogue/trail/audit-context.ts';
import { type AuditEventInput, BY_SYSTEM, recordAuditEvents } from '../../catalogue/trail/audit-events.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { grantRevokedEvent } from '../../login/grant/grant-audit-event.ts';
import type { ActionParts } from '../action-parts.ts';

type ForgettingParts = Pick<ActionParts, 'catalogue' | 'grants'> & {
  readonly liveConnections: Pick<ActionParts['liveConnections'], 'endNow'>;
};

interface ForgottenBy extends Pick<AuditEventInput, 'actorType' | 'actorId' | 'actorEmail' | 'reason'> {
  readonly terminalIp?: string;
}

/** The one that was approved last first. */
export function listOwnKeys(
  { catalogue }: Pick<ActionParts, 'catalogue'>,
  { actor }: { readonly actor: PersonActor },
): Promise<TerminalKey[]> {
  return listKeys(catalogue, actor.userId);
}

/** Ends what is remembered of it, and the live connections by that. Throws `not_found`. */
export async function forgetOwnKey(
  parts: ForgettingParts,
  { actor }: { readonly actor: PersonActor },
  fingerprint: string,
): Promise<void> {
  const isForgotten = await forget(parts, { userId: actor.userId, fingerprint, by: auditActor(actor) });
  if (!isForgotten) throw new PosternError('not_found', { params: { thing: 'key' } });
  await parts.liveConnections.endNow();
}

/**
 * As `forgetOwnKey`, for everybody who approved logins with it, by whoever has just proved to hold
 * it: that is less than the key lets its holder do. Resolves to how many people had it.
 */
export async function forgetHeldKey(
  parts: ForgettingParts,
  { fingerprint, address }: { readonly fingerprint: string; readonly address: string },
): Promise<number> {
  const holders = await findKeyHolders(parts.catalogue, fingerprint);
  const by = { ...BY_SYSTEM, terminalIp: address, reason: 'postern disconnect' };
  for (const userId of holders) await forget(parts, { userId, fingerprint, by });
  if (holders.length > 0) await parts.liveConnections.endNow();
  return holders.length;
}

async function forget(
  { catalogue, grants }: ForgettingParts,
  { userId, fingerprint, by }: { readonly userId: UserId; readonly fingerprint: string; readonly by: ForgottenBy },
): Promise<boolean> {
  const context = { at: catalogue.clock.now(), nodeId: catalogue.nodeId };
  return await catalogue.transaction(async (tx) => {
    if (!(await deleteKey(tx, userId, fingerprint))) return false;
    const bound = (await grants.list(userId)).filter(({ key }) => key === fingerprint);
    await recordEndedAccess(
      tx,
      bound.map(({ id: grantId }) => ({ kind: 'end', owners: { grantId, userId } }) as const),
    );
    await recordAuditEvents(tx, [
      { ...context, ...by, event: 'secret.revoked', outcome: 'success', subject: `key ${fingerprint}` },
      ...bound.map((grant) => grantRevokedEvent(grant, by, context)),
    ]);
    return true;
  });
}
