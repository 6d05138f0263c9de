// From an accepted socket to a StartupMessage, or a CancelRequest, or nothing: PROXY header, TLS
// and the first packets, all within one deadline. Knows nothing of logins.

import type { Socket } from 'node:net';
import { assertNever } from '../../assert-never.ts';
import type { Slots } from '../../async/slots.ts';
import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import type { Config } from '../../config/config.ts';
import { PosternError } from '../../errors.ts';
import type { Limits } from '../../limits/limits.ts';
import type { NetworkList } from '../../network-address.ts';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import type { StartupMessage } from '../../protocol/startup-packet.ts';
import { negotiateVersion } from '../../protocol/version-negotiation.ts';
import { ClientTlsFailed, type TlsFacts } from '../../wire/accept-tls.ts';
import { type FirstPacket, readStartupPacket } from '../../wire/read-startup-packet.ts';
import type { TlsCertificates } from '../../wire/tls-certificates.ts';
import type { GoneReason, Negotiated } from '../client/client.ts';
import { ClientGone } from '../client/client-gone.ts';
import { ClientLine } from '../client/client-line.ts';
import { learnPeer, type Peer, peerOf } from '../client/peer.ts';
import { beginTls, type TlsStart } from './begin-tls.ts';
import { isClearTextAllowed } from './tls-policy.ts';

export interface NegotiationParts {
  readonly tlsPolicy: Config['pg']['tls'];
  /** Networks of the balancers that must send a PROXY header; all others must not. */
  readonly proxyProtocolFrom: NetworkList;
  /** Null: TLS is not configured and SSLRequest is answered with `N`. */
  readonly certificates: TlsCertificates | null;
  readonly handshakes: Slots;
  readonly limits: Pick<Limits, 'connect'>;
  /** For everything, and for the TLS handshake within it. */
  readonly limitMs: number;
  readonly handshakeMs: number;
}

/** What is known between two packets. */
interface NegotiationState {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly tls: TlsFacts | null;
  readonly answered: readonly ('ssl_request' | 'gssenc_request')[];
}

// Message Flow, "SSL Session Encryption" and "GSSAPI Session Encryption".
const ENCRYPTION_NO = 'N';

/** Never throws: failures are results. The socket stays open and is the caller's to close. */
export async function negotiate(socket: Socket, parts: NegotiationParts, signal: AbortSignal): Promise<Negotiated> {
  let peer = peerOf(socket);
  try {
    return await withTimeLimit(parts.limitMs, signal, async (limited) => {
      peer = await learnPeer(socket, parts.proxyProtocolFrom, limited);
      if ((await parts.limits.connect(peer.address)) === 'limited')
        return { kind: 'gone', peer, reason: 'rate_limited' };
      return await readUpToStartup({ socket, peer, tls: null, answered: [] }, parts, limited);
    });
  } catch (error) {
    return { kind: 'gone', peer, reason: goneReason(error, signal), cause: error };
  }
}

async function readUpToStartup(
  start: NegotiationState,
  parts: NegotiationParts,
  signal: AbortSignal,
): Promise<Negotiated> {
  let state = start;
  for (;;) {
    const outcome = await answerFirstPacket(state, parts, signal);
    if ('kind' in outcome) return outcome;
    state = outcome;
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
  if (first.kind === 'tls_client_hello') return await startTls(state, parts, { kind: 'direct', signal });
  const { packet } = first;
  switch (packet.kind) {
    case 'ssl_request':
      return parts.certificates === null
        ? declineEncryption(state, packet.kind)
        : await startTls(withAnswer(state, packet.kind), parts, { kind: 'after_ssl_request', signal });
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
    const line = new ClientLine(socket, tls === null ? 'clear_text' : 'tls', null);
    return { kind: 'refused', peer, line, error: new PosternError(error.kind, { cause: error }) };
  }
}

async function startTls(
  state: NegotiationState,
  { certificates, handshakes, handshakeMs }: NegotiationParts,
  { kind, signal }: { readonly kind: TlsStart; readonly signal: AbortSignal },
): Promise<NegotiationState> {
  const isRepeated = state.tls !== null || (kind === 'direct' && state.answered.includes('ssl_request'));
  if (certificates === null || isRepeated) throw new ProtocolViolation('not_postgres', 'TLS record where none may be');
  const limits = { handshakes, handshakeMs, signal };
  return { ...state, ...(await beginTls(state.socket, kind, { certificates, ...limits })) };
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
  { socket, peer, tls }: NegotiationState,
  startup: StartupMessage,
  parts: NegotiationParts,
): Negotiated {
  const { agreedMinor, reply } = negotiateVersion(startup);
  const line = new ClientLine(socket, tls === null ? 'clear_text' : 'tls', reply);
  if (tls === null && !isClearTextAllowed(parts.tlsPolicy, peer.address)) {
    return { kind: 'refused', peer, line, error: new PosternError('tls_required') };
  }
  return { kind: 'startup', client: { peer, line, tls, startup, agreedMinor } };
}

function goneReason(error: unknown, signal: AbortSignal): GoneReason {
  if (signal.aborted) return 'closing';
  if (error instanceof TimeLimitExceeded) return 'deadline';
  if (error instanceof ProtocolViolation) return 'not_postgres';
  if (error instanceof ClientTlsFailed) return 'tls_failed';
  if (error instanceof ClientGone) return 'client_closed';
  // A reset and its kin; anything else is a defect of ours.
  return error instanceof Error && 'syscall' in error ? 'client_closed' : 'internal';
}
