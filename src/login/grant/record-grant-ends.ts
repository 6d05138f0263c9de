// Writes audit events for grants that have expired, since no person or session is there to cause
// them.

import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { Clock } from '../../clock.ts';
import type { NodeId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import type { RecordsAudit } from '../request/login-audit-event.ts';
import type { EndedGrant, GrantEndings } from './grant-endings.ts';

interface Recording {
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly nodeId: NodeId;
}

const SWEEP_INTERVAL_MS = 15_000;

/** Checks every 15 seconds; several nodes share the work. Returns a function that stops it. */
export function recordGrantsRunOut(
  parts: Recording & { readonly endings: GrantEndings; readonly log: Log },
): () => void {
  const { endings, clock, auditTrail, log } = parts;
  const sweep = async (): Promise<void> => {
    for (const grant of await endings.takeDue(clock.now())) auditTrail.record(endedEvent(grant, parts));
  };
  const timer = setInterval(() => {
    sweep().catch((error: unknown) =>
      log.debug({ event: 'grant.expiry_sweep_failed', err: error }, 'cannot look for expired grants'),
    );
  }, SWEEP_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

function endedEvent(grant: EndedGrant, { clock, nodeId }: Recording): AuditEventInput {
  const { id: grantId, accountId, projectId, computeId, personEmail: subject, address: terminalIp } = grant;
  return {
    ...{ at: clock.now(), nodeId, event: 'grant.ended', outcome: 'success', reason: 'time' },
    ...{ actorType: 'system', actorId: null, actorEmail: null },
    ...{ subject, grantId, accountId, projectId, computeId, terminalIp },
  };
}
