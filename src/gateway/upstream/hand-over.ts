// Connects the client to the upstream, then gives it a cancel key of ours and ReadyForQuery.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { CancelRoute } from '../../fleet/cancel-routes.ts';
import { backendKeyData, readyForQuery } from '../../protocol/backend-messages.ts';
import { type CancelKey, newCancelKey } from '../../protocol/cancel-key.ts';
import { Relay } from '../../relay/relay.ts';
import { RelayActivity } from '../../relay/relay-activity.ts';
import { type CancelTarget, cancelUpstream } from '../../wire/dial/cancel-upstream.ts';
import type { UpstreamSession } from '../../wire/dial/connect-upstream.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession, Relaying } from '../session/live-session.ts';
import type { Connected } from './connect-approved.ts';

interface HandOverContext {
  readonly session: LiveSession;
  readonly notices: Admission['notices'];
  readonly parts: Pick<GatewayParts, 'cancelRoutes' | 'clock' | 'config' | 'times'>;
}

export interface HandedOver {
  readonly relaying: Relaying;
  readonly cancelRoute: CancelRoute | null;
}

/** The caller closes both sockets and withdraws the route; null where there is no key. */
export async function handOver(
  connected: Connected,
  { session, notices, parts }: HandOverContext,
): Promise<HandedOver> {
  const { upstream, target, database } = connected;
  const { line } = session.client;
  const cancelQuery = cancellerOf(connected, { session, parts });
  // NOTE: the key must work on every node before the client can know it, so before ReadyForQuery.
  const key = cancelKeyFor(connected, session, parts);
  const cancelRoute = key === null ? null : parts.cancelRoutes.announce(key, () => cancelQuery('client'));
  await cancelRoute?.announced;
  if (session.signal.aborted) {
    cancelRoute?.withdraw();
    throw session.signal.reason;
  }
  // Frees them: the connection may live for hours.
  const greeting = upstream.greeting.splice(0);
  const { person, project, databaseRole } = target;
  const place = { projectName: project.name, projectLabel: project.label, database, databaseRole };
  const as = { person: person?.email ?? databaseRole, ...place };
  const keyData = key === null ? [] : [backendKeyData(key.processId, key.secretKey)];
  line.hold();
  line.sendAuthenticationOk();
  line.sendNotice(notices?.connected?.(as));
  line.send([...greeting, ...keyData, readyForQuery(upstream.readyStatus)]);
  line.release();
  session.clientWatch.stop();
  waitPatiently([line.socket, upstream.socket], parts.config.keepaliveMs);
  const relay = new Relay({ client: line.socket, upstream: upstream.socket, readyStatus: upstream.readyStatus });
  const relaying: Relaying = {
    relay,
    activity: new RelayActivity(relay, parts.clock.now().getTime()),
    charset: charsetOf(greeting),
    cancelQuery,
  };
  session.beginRelaying(relaying);
  session.entry.update({ upstreamPid: upstream.cancelKey?.processId ?? null });
  session.audit.record({ event: 'connection.started', outcome: 'success' });
  return { relaying, cancelRoute };
}

// NOTE: a person who closes the lid, or whose network is away, comes back to an open transaction.
// Until here a short keepalive finds those that left while they waited.
function waitPatiently(sides: readonly Duplex[], keepaliveMs: number): void {
  for (const side of sides) if (side instanceof Socket) side.setKeepAlive(true, keepaliveMs);
}

/** Message Formats: ParameterStatus. */
const IN_UTF8 = 'client_encoding\0UTF8\0';

function charsetOf(greeting: readonly Buffer[]): Relaying['charset'] {
  return Buffer.concat(greeting).includes(IN_UTF8) ? 'utf8' : 'other';
}

function cancelKeyFor(
  { upstream }: Connected,
  { client }: LiveSession,
  { cancelRoutes, config }: Pick<GatewayParts, 'cancelRoutes' | 'config'>,
): CancelKey | null {
  if (upstream.cancelKey === null) return null;
  const upstreamPid = { processId: upstream.cancelKey.processId, toldTo: config.upstream.pidToldTo };
  for (;;) {
    const key = newCancelKey(client.agreedMinor, { upstreamPid });
    if (!cancelRoutes.isTaken(key)) return key;
  }
}

/** Keeps no more of the target than it needs. */
function cancellerOf(
  { upstream: { cancelKey, address, namedBy }, target }: Connected,
  { session, parts }: Pick<HandOverContext, 'session' | 'parts'>,
): Relaying['cancelQuery'] {
  const { tls } = target.upstream;
  return (by) => cancelOnUpstream({ cancelKey, address, namedBy, tls }, { session, parts, by });
}

type Cancelled = Pick<UpstreamSession, 'cancelKey' | 'address' | 'namedBy'> & Pick<CancelTarget, 'tls'>;

/** One CancelRequest to the address that was dialled; none where the upstream gave no key. */
async function cancelOnUpstream(
  { cancelKey, address, namedBy, tls }: Cancelled,
  { session, parts, by }: Pick<HandOverContext, 'session' | 'parts'> & { readonly by: Canceller },
): Promise<void> {
  if (cancelKey === null) return;
  session.audit.record({ event: 'query.canceled', outcome: 'success', ...CANCELED_BY[by] });
  const signal = AbortSignal.timeout(parts.times.upstreamCancelMs);
  await cancelUpstream({ address, tls, namedBy, cancelKey, signal });
}

type Canceller = Parameters<Relaying['cancelQuery']>[0];

/** Fields of the audit event; an operator is named in a separate event. */
const CANCELED_BY: Readonly<Record<Canceller, Partial<AuditEventInput>>> = {
  client: {},
  hang_up: { reason: 'client_gone' },
  operator: { reason: 'operator', actorType: 'operator', actorId: null, actorEmail: null },
};
