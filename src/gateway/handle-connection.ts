// The life of one client connection, in order: negotiate, choose the door, pass it, connect
// upstream, relay, close. Each step is a file of its own.

import type { Socket } from 'node:net';
import { serialize } from 'pg-protocol';
import { assertNever } from '../assert-never.ts';
import { surviveErrors } from '../wire/wait-on-stream.ts';
import { hangUp } from './client/hang-up.ts';
import { refuseRoleParameters } from './client/startup-parameters.ts';
import { passCancelDoor } from './doors/cancel-door.ts';
import { chooseDoor, passDoor } from './doors/choose-door.ts';
import { leaveGrant, mayNeedAnotherGrant } from './doors/grant-door.ts';
import { answerProbe, type Probe } from './negotiate/answer-probe.ts';
import { negotiate } from './negotiate/negotiate.ts';
import type { OpenConnections } from './open-connections.ts';
import { relaySession } from './relay-session.ts';
import type { Admission } from './session/admission.ts';
import { boundBytesBeforeLogin } from './session/bytes-before-login.ts';
import { closeClient, type Ending, endingOf } from './session/endings.ts';
import type { GatewayParts } from './session/gateway-parts.ts';
import { LiveSession } from './session/live-session.ts';
import { PhaseTimes } from './session/phase-times.ts';
import { reportConnection, reportGone, reportRefused } from './session/report-connection.ts';
import type { UnfinishedConnection } from './session/unfinished-connections.ts';
import { connectApproved } from './upstream/connect-approved.ts';
import { type HandedOver, handOver } from './upstream/hand-over.ts';
import { connectedProgress, failedProgress } from './upstream/progress-reporter.ts';

/** Takes an accepted socket from its first byte to its end, and closes it in every case. */
export async function handleConnection(socket: Socket, parts: GatewayParts, open: OpenConnections): Promise<void> {
  const since = parts.clock.now();
  const phases = new PhaseTimes(parts.metrics);
  parts.metrics.accepted.inc();
  surviveErrors(socket);
  let place: UnfinishedConnection | null = null;
  try {
    const endBy = (limit: string) => () => {
      parts.metrics.limitHits.inc({ limit });
      socket.destroy();
    };
    const onPeer = (address: string): void => {
      const stopCounting = boundBytesBeforeLogin(socket, parts.sweepBeforeLogin, endBy('bytes_before_login'));
      place = open.unfinished.enter(address, endBy('unfinished_connections'), stopCounting);
    };
    const negotiating = () => negotiate(socket, parts, { signal: open.closing, onPeer });
    const first = await phases.measure('negotiate', negotiating);
    const negotiated = first.kind === 'probe' ? await answerIfOpen(first, parts, open) : first;
    switch (negotiated.kind) {
      case 'gone':
        return reportGone(negotiated, parts);
      case 'refused':
        await negotiated.line.refuse(negotiated.error, null);
        return reportRefused(negotiated, parts);
      case 'cancel':
        return await passCancelDoor(negotiated, parts);
      case 'startup': {
        const accepted = { since, phases, place, open, plain: socket };
        return await serve(new LiveSession(negotiated.client, accepted, parts), parts, open);
      }
      default:
        return assertNever(negotiated);
    }
  } finally {
    if (place !== null) open.unfinished.leave(place);
    socket.destroy();
  }
}

/** A health check must learn that this node takes no more. */
async function answerIfOpen(probe: Probe, parts: GatewayParts, open: OpenConnections) {
  return open.isOpen ? await answerProbe(probe, parts, open.closing) : probe.otherwise;
}

/** Every reason to end, thrown or returned, becomes one ending: sent once, reported once. */
async function serve(session: LiveSession, parts: GatewayParts, open: OpenConnections): Promise<void> {
  open.sessions.add(session);
  try {
    const ending = await findEnding(session, parts, open).finally(() => session.close());
    reportConnection(session, ending, parts);
    await closeClient(session.client.line, ending, detailOf(session, ending, parts));
  } finally {
    open.sessions.delete(session);
  }
}

/** Names the connection for support; for what rules refuse, with the page that says why. */
function detailOf({ id, entry }: LiveSession, ending: Ending, { publicUrl }: GatewayParts): string {
  const isByRule = ending.kind === 'refusal' && ending.error.code.startsWith('rule_');
  return isByRule ? `${entry.reference}; why: ${publicUrl()}/app/why/${id}` : entry.reference;
}

/** Serves the client to its end. Never throws. */
async function findEnding(session: LiveSession, parts: GatewayParts, open: OpenConnections): Promise<Ending> {
  try {
    open.requireRoom();
    refuseRoleParameters(session.client.startup);
    const admission = await admit(session, parts);
    const connect = (admitted: Admission) =>
      open.sockets.withUpstream(() => connectAndRelay(admitted, session, { parts, open }));
    return await connect(admission).catch(async (error: unknown) => {
      if (!mayNeedAnotherGrant(admission, error)) throw error;
      leaveGrant(session);
      return await connect(await passDoor({ kind: 'link' }, session, parts));
    });
  } catch (error) {
    return endingOf(session.signal.aborted ? session.signal.reason : error);
  }
}

// What the door was chosen by is large, and gone with this function.
async function admit(session: LiveSession, parts: GatewayParts): Promise<Admission> {
  const door = await session.phases.measure('choose_door', () => chooseDoor(session.client, parts));
  return await passDoor(door, session, parts);
}

interface ConnectContext {
  readonly parts: GatewayParts;
  readonly open: OpenConnections;
}

/** The upstream's socket is opened and closed here. */
async function connectAndRelay(
  admission: Admission,
  session: LiveSession,
  { parts, open }: ConnectContext,
): Promise<Ending> {
  const upstream: { socket: Socket | null } = { socket: null };
  try {
    const { relaying, cancelRoute } = await connectAndHandOver(admission, session, { parts, open, upstream });
    const { peer, tls } = session.client;
    if (tls !== null && tls.clientKey !== null) parts.keyAsking.remember(peer.address);
    try {
      return await relaySession(relaying, session, parts);
    } finally {
      cancelRoute?.withdraw();
      admission.report?.({ kind: 'ended' });
    }
  } catch (error) {
    admission.report?.(failedProgress(endingOf(session.signal.aborted ? session.signal.reason : error)));
    throw error;
  } finally {
    if (upstream.socket !== null) await hangUp(upstream.socket, serialize.end());
  }
}

// The target, with its credentials, is gone with this function: the connection may live for hours.
async function connectAndHandOver(
  admission: Admission,
  session: LiveSession,
  { parts, open, upstream }: ConnectContext & { readonly upstream: { socket: Socket | null } },
): Promise<HandedOver> {
  const connected = await connectApproved(admission, session, parts);
  upstream.socket = connected.upstream.socket;
  const handedOver = await handOver(connected, { session, notices: admission.notices, parts });
  session.phases.complete();
  if (session.place !== null) open.unfinished.leave(session.place);
  admission.report?.(connectedProgress(connected, session));
  return handedOver;
}
