// Opens a session on an upstream, in order: resolve and pin, TCP, TLS, login.

import type { Socket } from 'node:net';
import { PosternError } from '../../errors.ts';
import type { ScramKeys } from '../../protocol/scram-verifier.ts';
import { surviveErrors } from '../wait-on-stream.ts';
import { upstreamScramKeys } from './derive-in-turn.ts';
import { type PinnedAddress, resolveUpstreamAddress } from './dial-address.ts';
import type { DialPolicy } from './dial-policy.ts';
import { dialTcp } from './dial-tcp.ts';
import { logInUpstream, type UpstreamLogin } from './log-in-upstream.ts';
import { type NamedBy, secureUpstream } from './secure-upstream.ts';
import type { UpstreamTarget } from './upstream-target.ts';

export interface UpstreamSession extends UpstreamLogin {
  /** Paused; bytes behind ReadyForQuery are still readable. The caller closes it. */
  readonly socket: Socket;
  /** Where cancels go as well. */
  readonly address: PinnedAddress;
  readonly namedBy: NamedBy;
}

export interface ConnectUpstreamOptions {
  readonly startup: ReadonlyMap<string, string>;
  readonly dialPolicy: DialPolicy;
  /** Shared between logins, so that derived keys are reused. */
  readonly scramKeys?: ScramKeys;
  readonly signal: AbortSignal;
}

/** Throws UpstreamRefusal, PosternError `upstream_*`, the signal's reason; leaves nothing open. */
export async function connectUpstream(
  target: UpstreamTarget,
  { startup, dialPolicy, scramKeys = upstreamScramKeys(), signal }: ConnectUpstreamOptions,
): Promise<UpstreamSession> {
  const addresses = await resolveUpstreamAddress(target, dialPolicy, signal);
  const { socket: plain, address } = await dial(target, addresses, signal);
  try {
    const { tls, name } = target;
    const namedBy = dialPolicy.listed.length > 0 ? 'operator' : 'tenant';
    const socket =
      tls.mode === 'disable' ? plain : await secureUpstream(plain, { name, address, tls, namedBy }, signal);
    surviveErrors(socket);
    const login = await logInUpstream(socket, target, { startup, scramKeys, signal });
    return { ...login, socket, address, namedBy };
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

async function dial(
  { name }: UpstreamTarget,
  addresses: readonly PinnedAddress[],
  signal: AbortSignal,
): Promise<{ socket: Socket; address: PinnedAddress }> {
  try {
    return await dialTcp(addresses, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new PosternError('upstream_unreachable', { params: { compute: name }, cause: error });
  }
}
