// Makes the client believe that it talks to the upstream: what the upstream said goes first, then a cancel key of ours,
// then ReadyForQuery; from there on the relay carries every byte.

import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { CancelRoute } from '../../fleet/cancel-routes.ts';
import { backendKeyData, readyForQuery } from '../../protocol/backend-messages.ts';
import { type CancelKey, newCancelKey } from '../../protocol/cancel-key.ts';
import { type Relay, startRelay } from '../../relay/relay.ts';
import { cancelUpstream } from '../../wire/dial/cancel-upstream.ts';
import type { ConnectedAs } from '../client/link-notices.ts';
import { auditConnection } from '../session/audit-connection.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { CancelQuery, LiveSession } from '../session/live-session.ts';
import type { Passage } from '../session/passage.ts';
import type { Connected } from './connect-approved.ts';

export interface HandedOver {
  readonly relay: Relay;
  readonly cancelQuery: CancelQuery;
  /** To withdraw when the connection ends; null where the upstream gave no cancel key. */
  readonly cancelRoute: CancelRoute | null;
}

interface Handing {
  readonly session: LiveSession;
  readonly passage: Passage;
  readonly parts: GatewayParts;
}

/** Both sockets are the relay's afterwards; closing them stays with the caller. Throws what ended the session meanwhile. */
export async function handOver(connected: Connected, { passage, session, parts }: Handing): Promise<HandedOver> {
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
  line.welcome();
  for (const report of passage.narration.connected(connectedAs(connected))) line.tell(report);
  line.send([
    // Nobody needs them again, and the connection may live for hours.
    ...upstream.greeting.splice(0),
    ...(key === null ? [] : [backendKeyData(key.processId, key.secretKey)]),
    readyForQuery(upstream.readyStatus),
  ]);
  session.stopWatchingClient();
  const { socket } = upstream;
  const relay = startRelay({ client: line.socket, upstream: socket, readyStatus: upstream.readyStatus });
  session.beginRelaying({ relay, cancelQuery });
  session.learn({ upstreamPid: upstream.cancelKey?.processId ?? null });
  auditConnection(session, parts, { event: 'connection.started', outcome: 'success' });
  return { relay, cancelQuery, cancelRoute };
}

function cancelKeyFor({ upstream }: Connected, { client }: LiveSession, { config }: GatewayParts): CancelKey | null {
  if (upstream.cancelKey === null) return null;
  const { processId } = upstream.cancelKey;
  return newCancelKey(client.agreedMinor, { upstreamPid: { processId, toldTo: config.upstream.pidToldTo } });
}

function connectedAs({ target, database }: Connected): ConnectedAs {
  const { person, project, databaseRole } = target;
  return { person: person?.email ?? databaseRole, projectName: project.name, database, databaseRole };
}

/** One real CancelRequest to the address that this connection dialled; nothing where the upstream gave no key. */
async function cancelOnUpstream(
  { upstream, target }: Connected,
  { session, parts, by }: { session: LiveSession; parts: GatewayParts; by: Parameters<CancelQuery>[0] },
): Promise<void> {
  const { cancelKey, address } = upstream;
  if (cancelKey === null) return;
  auditConnection(session, parts, { event: 'query.canceled', outcome: 'success', ...CANCELED_BY[by] });
  const signal = AbortSignal.timeout(parts.times.upstreamCancelMs);
  await cancelUpstream({ address, tls: target.upstream.tls, cancelKey, signal });
}

/** What the audit trail says besides; an operator is named in an event of their own. */
const CANCELED_BY: Readonly<Record<Parameters<CancelQuery>[0], Partial<AuditEventInput>>> = {
  client: {},
  hang_up: { reason: 'client_gone' },
  operator: { reason: 'operator', actorType: 'operator', actorId: null, actorEmail: null },
};
