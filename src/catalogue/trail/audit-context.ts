// On whose behalf a change is made, and from where. Passed to every writing function of the
// catalogue besides its input, for the audit trail.

import type { Transaction } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import { type Actor, SYSTEM } from '../rights/actors.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditEventInput, BY_SYSTEM, recordAuditEvent } from './audit-events.ts';

export interface AuditContext {
  readonly actor: Actor;
  readonly requestId: string | null;
  readonly browserIp: string | null;
  /** As sent by the client; cleaned when it is written. */
  readonly userAgent: string | null;
}

export type AuditActor = Pick<AuditEventInput, 'actorType' | 'actorId' | 'actorEmail'>;

/** For Postern's own actions and the local command line. */
export const SYSTEM_CONTEXT: AuditContext = { actor: SYSTEM, requestId: null, browserIp: null, userAgent: null };

/** The audit event of a change: a successful event of this context, now, on this node. */
export function changeEvent(
  catalogue: Catalogue,
  context: AuditContext,
  change: Pick<AuditEventInput, 'event'> & Partial<AuditEventInput>,
): AuditEventInput {
  return {
    at: catalogue.clock.now(),
    nodeId: catalogue.nodeId,
    outcome: 'success',
    requestId: context.requestId,
    browserIp: context.browserIp,
    untrustedUserAgent: context.userAgent,
    ...auditActor(context.actor),
    ...change,
  };
}

export async function recordChange(
  tx: Transaction<Schema>,
  { catalogue, context }: { readonly catalogue: Catalogue; readonly context: AuditContext },
  change: Parameters<typeof changeEvent>[2],
): Promise<void> {
  await recordAuditEvent(tx, changeEvent(catalogue, context, change));
}

/** The actor as the audit trail names it; a personal key is an API key with its person's e-mail. */
export function auditActor(actor: Actor): AuditActor {
  switch (actor.kind) {
    case 'person':
      if (actor.viaKeyId !== undefined) {
        return { actorType: 'api_key', actorId: String(actor.viaKeyId), actorEmail: actor.email };
      }
      if (actor.viaConsent !== undefined) {
        return { actorType: 'api_key', actorId: actor.viaConsent.id, actorEmail: actor.email };
      }
      return { actorType: 'person', actorId: actor.userId, actorEmail: actor.email };
    case 'organization_key':
    case 'project_key':
    case 'scim_key':
    case 'on_call_key':
      return { actorType: 'api_key', actorId: String(actor.keyId), actorEmail: null };
    case 'system':
      return actor.onBehalfOf ?? BY_SYSTEM;
    default:
      return assertNever(actor);
  }
}
