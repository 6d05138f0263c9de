// Connects the client to the upstream: the upstream's parameters go first, then a cancel key of
// ours, then ReadyForQuery; from there on the relay carries every byte.

import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { CancelRoute } from '../../fleet/cancel-routes.ts';
import { backendKeyData, readyForQuery } from '../../protocol/backend-messages.ts';
import { type CancelKey, newCancelKey } from '../../protocol/cancel-key.ts';
import { startRelay } from '../../relay/relay.ts';
import { RelayActivity } from '../../relay/relay-activity.ts';
import { cancelUpstream } from '../../wire/dial/cancel-upstream.ts';
import type { ConnectedAs } from '../client/link-notices.ts';
import type { Admission } from '../session/admission.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { CancelQuery, Relaying } from '../session/relaying.ts';
import type { Connected } from './connect-approved.ts';
import type { HandOverParts } from './upstream-parts.ts';

export interface HandedOver {
  readonly relaying: Relaying;
  /** To be withdrawn when the connection ends; null where the upstream gave no cancel key. */
  readonly cancelRoute: CancelRoute | null;
}

interface HandOverContext {
  readonly session: LiveSession;
  readonly admission: Admission;
  readonly parts: HandOverParts;
}

/** Closing both sockets stays with the caller. Throws what ended the session meanwhile. */
export async function handOver(
  connected: Connected,
  { admission, session, parts }: HandOverContext,
): Promise<HandedOver> {
  const { upstream } = connected;
  const { line } = session.client;
  const cancelQuery: CancelQuery = (by) => cancelOnUpstream(connected, { session, parts, by });
  // NOTE: the key must work on every node before the client can know it, so before ReadyForQuery.
  const key = cancelKeyFor(connected, session, parts);
  const cancelRoute = key === null ? null : parts.cancelRoutes.announce(key, () => cancelQuery('client'));
  await cancelRoute?.announced;
  if (session.signal.aborted) {
    cancelRoute?.withdraw();
    throw session.signal.reason;
  }
  line.sendAuthenticationOk();
  for (const report of admission.notices.connected(connectedAs(connected))) line.sendNotice(report);
  line.send([
    // Frees them: the connection may live for hours.
    ...upstream.greeting.splice(0),
    ...(key === null ? [] : [backendKeyData(key.processId, key.secretKey)]),
    readyForQuery(upstream.readyStatus),
  ]);
  session.clientWatch.stop();
  const { socket } = upstream;
  const relay = startRelay({ client: line.socket, upstream: socket, readyStatus: upstream.readyStatus });
  const relaying = { relay, activity: new RelayActivity(relay, parts.clock.now().getTime()), cancelQuery };
  session.beginRelaying(relaying);
  session.entry.update({ upstreamPid: upstream.cancelKey?.processId ?? null });
  session.audit.record({ event: 'connection.started', outcome: 'success' });
  return { relaying, cancelRoute };
}

function cancelKeyFor(
  { upstream }: Connected,
  { client }: LiveSession,
  { pidToldTo }: HandOverParts,
): CancelKey | null {
  if (upstream.cancelKey === null) return null;
  const { processId } = upstream.cancelKey;
  return newCancelKey(client.agreedMinor, { upstreamPid: { processId, toldTo: pidToldTo } });
}

function connectedAs({ target, database }: Connected): ConnectedAs {
  const { person, project, databaseRole } = target;
  return { person: person?.email ?? databaseRole, projectName: project.name, database, databaseRole };
}

/** One CancelRequest to the address that was dialled; none where the upstream gave no key. */
async function cancelOnUpstream(
  { upstream, target }: Connected,
  { session, parts, by }: { session: LiveSession; parts: HandOverParts; by: Parameters<CancelQuery>[0] },
): Promise<void> {
  const { cancelKey, address } = upstream;
  if (cancelKey === null) return;
  session.audit.record({ event: 'query.canceled', outcome: 'success', ...CANCELED_BY[by] });
  const signal = AbortSignal.timeout(parts.upstreamCancelMs);
  await cancelUpstream({ address, tls: target.upstream.tls, cancelKey, signal });
}

/** Fields of the audit event; an operator is named in a separate event. */
const CANCELED_BY: Readonly<Record<Parameters<CancelQuery>[0], Partial<AuditEventInput>>> = {
  client: {},
  hang_up: { reason: 'client_gone' },
  operator: { reason: 'operator', actorType: 'operator', actorId: null, actorEmail: null },
};
