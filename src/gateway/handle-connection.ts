// The life of one client connection, told in order: negotiate, choose the door, pass it, connect upstream, relay, close.
// Each step is a file of its own; here is only what follows what, and that everything opened is closed.

import type { Socket } from 'node:net';
import { assertNever } from '../assert-never.ts';
import { encodeTerminate } from '../protocol/frontend-messages.ts';
import { surviveErrors } from '../wire/survive-errors.ts';
import { hangUp } from './client/hang-up.ts';
import { refuseRoleParameters } from './client/startup-parameters.ts';
import { passCancelDoor } from './doors/cancel-door.ts';
import { chooseDoor } from './doors/choose-door.ts';
import { passDoor } from './doors/pass-door.ts';
import { negotiate, negotiationRules } from './negotiate/negotiate.ts';
import type { OpenConnections } from './open-connections.ts';
import { type Ending, endingOf, sayGoodbye } from './session/endings.ts';
import type { GatewayParts } from './session/gateway-parts.ts';
import { LiveSession } from './session/live-session.ts';
import type { Passage } from './session/passage.ts';
import { PhaseTimes } from './session/phase-times.ts';
import { relaySession } from './session/relay-session.ts';
import { reportConnection, reportGone, reportRefused } from './session/report-connection.ts';
import { type Connected, connectApproved } from './upstream/connect-approved.ts';
import { handOver } from './upstream/hand-over.ts';
import { connectedProgress, failedProgress } from './upstream/progress-reporter.ts';

/** Takes an accepted socket from its first byte to its end. The socket is closed afterwards, whatever happened. */
export async function handleConnection(socket: Socket, parts: GatewayParts, open: OpenConnections): Promise<void> {
  const since = parts.clock.now();
  const phases = new PhaseTimes(parts.metrics);
  parts.metrics.accepted.inc();
  surviveErrors(socket);
  try {
    const negotiated = await phases.measure('negotiate', () =>
      negotiate(socket, negotiationRules(parts), open.closing),
    );
    switch (negotiated.kind) {
      case 'gone':
        return reportGone(negotiated, parts);
      case 'refused':
        await negotiated.line.refuse(negotiated.error, null);
        return reportRefused(negotiated, parts);
      case 'cancel':
        return await passCancelDoor(negotiated, parts);
      case 'startup':
        return await serve(new LiveSession(negotiated.client, { nodeId: parts.nodeId, since, phases }), parts, open);
      default:
        return assertNever(negotiated);
    }
  } finally {
    socket.destroy();
  }
}

/** Every reason to end, thrown or returned, becomes one ending: said once, reported once. */
async function serve(session: LiveSession, parts: GatewayParts, open: OpenConnections): Promise<void> {
  open.add(session);
  let ending: Ending;
  try {
    open.refuseLatecomers();
    refuseRoleParameters(session.client.startup);
    const door = await session.phases.measure('choose_door', () => chooseDoor(session.client, parts));
    const passage = await passDoor(door, session, parts);
    ending = await open.sockets.withUpstream(() => connectAndRelay(passage, session, parts));
  } catch (error) {
    ending = endingOf(session.signal.aborted ? session.signal.reason : error);
  }
  session.close();
  reportConnection(session, ending, parts);
  await sayGoodbye(session.client.line, ending, session.reference);
  open.delete(session);
}

/** The upstream's socket is opened and closed here. */
async function connectAndRelay(passage: Passage, session: LiveSession, parts: GatewayParts): Promise<Ending> {
  let connected: Connected | null = null;
  try {
    connected = await connectApproved(passage, session, parts);
    const { relay, cancelQuery, cancelRoute } = await handOver(connected, { passage, session, parts });
    try {
      session.phases.complete();
      passage.report(connectedProgress(connected, session));
      return await relaySession({ relay, cancelQuery }, session, parts);
    } finally {
      cancelRoute?.withdraw();
      passage.report({ kind: 'ended' });
    }
  } catch (error) {
    passage.report(failedProgress(endingOf(session.signal.aborted ? session.signal.reason : error)));
    throw error;
  } finally {
    if (connected !== null) await hangUp(connected.upstream.socket, encodeTerminate());
  }
}
