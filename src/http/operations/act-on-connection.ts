// One connection: its page, and what can be done to it. Each deed needs a reason, reaches whichever node holds the
// connection, and is written down with what became of it.

import { ConnectionDetailPage } from '../../../web/pages/ops/connection-detail-page.tsx';
import { may } from '../../catalogue/rights/permissions.ts';
import { changeEvent } from '../../catalogue/trail/audit-context.ts';
import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { type DoneCode, done } from '../console/shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../console/shell/form-route.ts';
import { liveRow } from './fleet-picture.ts';
import { type Deed, type OpsVisit, requireConnection, requireDeed } from './operations-scope.ts';
import { opsView } from './operations-view.ts';
import { reasonForm } from './operator-text.ts';

export async function showConnection(visit: OpsVisit, again?: Again): Promise<void> {
  const { parts, request, response, scope, person, now } = visit;
  const record = await requireConnection(visit);
  const path = `${scope.connectionsPath}/${record.id}`;
  const allowed = (deed: Deed) => may(person, scope.actions[deed], scope.resource);
  parts.renderer.send(request, response, ConnectionDetailPage, {
    view: opsView(visit, { label: record.id, href: path }, again),
    path,
    noticePath: `${scope.connectionsPath}/notice`,
    auditPath: `${scope.auditPath}?connection=${record.id}`,
    row: liveRow(record, { sending: null, receiving: null }),
    tls: record.tls === null ? null : cleanForPage(record.tls),
    port: record.port,
    grantId: record.grantId,
    accessTokenId: record.accessTokenId,
    mayEnd: allowed('end'),
    mayCancel: allowed('cancel'),
    mayNotify: allowed('notify'),
    now: now.getTime(),
    typed: again?.typed ?? {},
  });
}

export async function endConnection(visit: OpsVisit): Promise<void> {
  await perform(visit, {
    deed: 'end',
    event: 'ops.connection_ended',
    act: (record, reason) => visit.parts.liveConnections.end(record.id, { reason, by: visit.person.email }),
    doneCode: 'connection_ended',
  });
}

export async function cancelQuery(visit: OpsVisit): Promise<void> {
  await perform(visit, {
    deed: 'cancel',
    event: 'ops.query_canceled',
    act: (record) => visit.parts.liveConnections.cancelQuery(record.id, { by: visit.person.email }),
    doneCode: 'query_canceled',
  });
}

interface Performance {
  readonly deed: Deed;
  readonly event: 'ops.connection_ended' | 'ops.query_canceled';
  readonly act: (record: LiveConnectionRecord, reason: string) => Promise<FleetOutcome>;
  readonly doneCode: DoneCode;
}

async function perform(visit: OpsVisit, { deed, event, act, doneCode }: Performance): Promise<void> {
  requireDeed(visit, deed);
  const record = await requireConnection(visit);
  const { reason } = parseForm(visit, reasonForm);
  const outcome = await act(record, reason);
  recordDeed(visit, { event, reason, outcome: outcome === 'done' ? 'success' : 'failure', ...targetOf(record) });
  goTo(visit, done(visit.scope.listPath, CODES[outcome] ?? doneCode));
}

const CODES: Readonly<Record<FleetOutcome, DoneCode | null>> = {
  done: null,
  not_found: 'connection_gone',
  no_answer: 'connection_unanswered',
};

/** Queues the event of something that somebody did to the fleet. */
export function recordDeed(visit: OpsVisit, deed: Pick<AuditEventInput, 'event'> & Partial<AuditEventInput>): void {
  const { parts, context, scope } = visit;
  const accountId = scope.accountId ?? deed.accountId ?? null;
  parts.auditTrail.record(changeEvent(parts.catalogue, context, { actorType: scope.actorType, ...deed, accountId }));
}

/** What the audit trail says of the connection that something was done to. */
export function targetOf(record: LiveConnectionRecord): Partial<AuditEventInput> {
  return {
    connectionId: record.id,
    loginRequestId: record.loginRequestId,
    subject: record.personEmail,
    accountId: record.accountId,
    projectId: record.projectId,
    computeId: record.computeId,
    upstreamPid: record.upstreamPid,
    terminalIp: record.address,
    terminalPort: record.port,
    untrustedUser: record.requestedUser,
  };
}
