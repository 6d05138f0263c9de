// From an accepted socket to a StartupMessage, a CancelRequest or nothing, within one deadline.

import type { Socket } from 'node:net';
import { assertNever } from '../../assert-never.ts';
import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import type { Config } from '../../config/config.ts';
import { PosternError } from '../../errors.ts';
import { isLoopback, type NetworkList, normalizeAddress } from '../../network-address.ts';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import { negotiateVersion, type StartupMessage } from '../../protocol/startup-packet.ts';
import { ClientTlsFailed, type TlsFacts } from '../../wire/accept-tls.ts';
import { PeerGone } from '../../wire/peer-gone.ts';
import { type FirstPacket, readProxyHeader, readStartupPacket } from '../../wire/read-startup-packet.ts';
import type { SocketEnd } from '../../wire/socket-owner.ts';
import { type Client, ClientGone, type GoneReason, type Negotiated, type Peer } from '../client/client.ts';
import { ClientLine } from '../client/client-line.ts';
import { charsetOf } from '../client/startup-parameters.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import { beginTls, type TlsStart } from './begin-tls.ts';
import { localityFinder } from './find-locality.ts';

type NegotiationParts = Pick<
  GatewayParts,
  'certificates' | 'config' | 'handshakes' | 'keyAsking' | 'log' | 'proxyProtocolFrom' | 'socketOwners' | 'times'
>;

interface NegotiationState {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly tls: TlsFacts | null;
  readonly locality: Client['locality'];
  readonly answered: readonly ('ssl_request' | 'gssenc_request')[];
}

// Message Flow, "SSL Session Encryption" and "GSSAPI Session Encryption".
const ENCRYPTION_NO = 'N';

/** Never throws: failures are results. The socket stays open and is the caller's to close. */
export async function negotiate(
  socket: Socket,
  parts: NegotiationParts,
  { signal, onPeer }: { readonly signal: AbortSignal; readonly onPeer: (address: string) => void },
): Promise<Negotiated> {
  let peer = findPeer(socket);
  // It was reset before it was accepted: there is nobody to serve, and no address to count it for.
  if (peer === null) return { kind: 'gone', peer, reason: 'client_closed' };
  const direct = peer;
  try {
    return await withTimeLimit(parts.times.negotiationMs, signal, async (limited) => {
      peer = await learnPeer(socket, direct, { balancers: parts.proxyProtocolFrom, signal: limited });
      onPeer(peer.address);
      const own = peer.address === direct.address && peer.port === direct.port ? ownEndOf(socket) : null;
      const locality = localityFinder(peer, { own, loopback: parts.config.loopback, owners: parts.socketOwners });
      let state: NegotiationState | Negotiated = { socket, peer, tls: null, locality, answered: [] };
      while (!('kind' in state)) state = await answerFirstPacket(state, parts, limited);
      return state;
    });
  } catch (error) {
    return { kind: 'gone', peer, reason: goneReason(error, signal), cause: error };
  }
}

async function answerFirstPacket(
  state: NegotiationState,
  parts: NegotiationParts,
  signal: AbortSignal,
): Promise<NegotiationState | Negotiated> {
  const { socket, peer } = state;
  const first = await readFirstPacket(state, signal);
  if (first.kind === 'refused') return first;
  if (first.kind === 'closed') return { kind: 'gone', peer, reason: 'client_closed' };
  if (first.kind === 'tls_client_hello') return await startTls(state, parts, { start: 'direct', signal });
  const { packet } = first;
  switch (packet.kind) {
    case 'ssl_request':
      return parts.certificates === null
        ? declineEncryption(state, packet.kind)
        : await startTls(withAnswer(state, packet.kind), parts, { start: 'after_ssl_request', signal });
    case 'gssenc_request':
      return declineEncryption(state, packet.kind);
    case 'cancel_request':
      return { kind: 'cancel', peer, socket, key: { processId: packet.processId, secretKey: packet.secretKey } };
    case 'startup_message':
      return acceptStartup(state, packet.startup, parts);
    default:
      return assertNever(packet);
  }
}

// A peer that speaks the protocol but sends a malformed StartupMessage gets an error; any other
// violation gets no answer.
async function readFirstPacket(
  { socket, peer, tls }: NegotiationState,
  signal: AbortSignal,
): Promise<FirstPacket | Extract<Negotiated, { kind: 'refused' }>> {
  try {
    return await readStartupPacket(socket, signal);
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    if (error.kind !== 'invalid_startup' && error.kind !== 'user_missing') throw error;
    const line = new ClientLine(socket, {
      security: tls === null ? 'clear_text' : 'tls',
      versionReply: null,
      charset: 'other',
    });
    return { kind: 'refused', peer, line, error: new PosternError(error.kind, { cause: error }) };
  }
}

async function startTls(
  state: NegotiationState,
  parts: NegotiationParts,
  { start, signal }: { readonly start: TlsStart; readonly signal: AbortSignal },
): Promise<NegotiationState> {
  const { certificates } = parts;
  const isRepeated = state.tls !== null || (start === 'direct' && state.answered.includes('ssl_request'));
  if (certificates === null || isRepeated) throw new ProtocolViolation('not_postgres', 'TLS record where none may be');
  const { address } = state.peer;
  return { ...state, ...(await beginTls(state.socket, { start, certificates, address, signal }, parts)) };
}

function declineEncryption(state: NegotiationState, request: 'ssl_request' | 'gssenc_request'): NegotiationState {
  const answered = withAnswer(state, request);
  state.socket.write(ENCRYPTION_NO);
  return answered;
}

function withAnswer(state: NegotiationState, request: 'ssl_request' | 'gssenc_request'): NegotiationState {
  if (state.tls !== null || state.answered.includes(request)) {
    throw new ProtocolViolation('not_postgres', `second encryption request: ${request}`);
  }
  return { ...state, answered: [...state.answered, request] };
}

function acceptStartup(
  { socket, peer, tls, locality }: NegotiationState,
  startup: StartupMessage,
  parts: NegotiationParts,
): Negotiated {
  const { agreedMinor, reply: versionReply } = negotiateVersion(startup);
  const security = tls === null ? 'clear_text' : 'tls';
  const line = new ClientLine(socket, { security, versionReply, charset: charsetOf(startup) });
  const isRefused = tls === null && !isClearTextAllowed(parts.config, peer.address);
  const negotiated: Extract<Negotiated, { kind: 'startup' | 'refused' }> = isRefused
    ? { kind: 'refused', peer, line, error: new PosternError('tls_required') }
    : { kind: 'startup', client: { peer, line, tls, startup, agreedMinor, locality } };
  // HAProxy's pgsql-check: clear text and nothing but a user name.
  return tls === null && startup.isBare ? { kind: 'probe', peer, line, otherwise: negotiated } : negotiated;
}

/** True when a client may log in without TLS by link or grant; passwords need TLS always. */
function isClearTextAllowed({ pg, loopback }: Config, address: string): boolean {
  switch (pg.tls) {
    case 'allow':
      return true;
    case 'require':
      return false;
    case 'require_off_loopback':
      return isLoopback(address) && loopback !== 'anybodys';
    default:
      return assertNever(pg.tls);
  }
}

/** Null when the system does not know the far end any more. */
function findPeer({ remoteAddress, remotePort }: Socket): Peer | null {
  if (remoteAddress === undefined || remotePort === undefined) return null;
  return { address: normalizeAddress(remoteAddress), port: remotePort };
}

function ownEndOf(socket: Socket): SocketEnd | null {
  const { localAddress, localPort } = socket;
  return localAddress === undefined || localPort === undefined ? null : { address: localAddress, port: localPort };
}

/**
 * From the PROXY header that a listed balancer must send; its health check comes from itself.
 * Throws ProtocolViolation for a missing or broken header.
 */
async function learnPeer(
  socket: Socket,
  direct: Peer,
  { balancers, signal }: { readonly balancers: NetworkList; readonly signal: AbortSignal },
): Promise<Peer> {
  if (!balancers.includes(direct.address)) return direct;
  const source = await readProxyHeader(socket, signal);
  return source.kind === 'local' ? direct : { address: normalizeAddress(source.address), port: source.port };
}

function goneReason(error: unknown, signal: AbortSignal): GoneReason {
  if (signal.aborted) return 'closing';
  if (error instanceof TimeLimitExceeded) return 'deadline';
  if (error instanceof ProtocolViolation) return 'not_postgres';
  if (error instanceof ClientTlsFailed) return 'tls_failed';
  if (error instanceof PeerGone) return error.cause instanceof ClientTlsFailed ? 'tls_failed' : 'client_closed';
  return error instanceof ClientGone ? 'client_closed' : 'internal';
}
