// Opens a TCP connection to the first of several checked addresses that answers.

import { connect, type Socket } from 'node:net';
import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import { surviveErrors, waitOnStream } from '../wait-on-stream.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { PinnedAddress } from './dial-address.ts';

const TCP_LIMIT_MS = 5_000;
// docs/protocol.md, "Time limits": probes begin after 30 s.
const KEEPALIVE_DELAY_MS = 30_000;

/** In order, each for at most 5 s. Throws the last ConnectFailure, or the signal's reason. */
export async function dialTcp(
  addresses: readonly PinnedAddress[],
  signal: AbortSignal,
): Promise<{ readonly socket: Socket; readonly address: PinnedAddress }> {
  let failure: unknown = null;
  for (const address of addresses) {
    try {
      return { socket: await dialOne(address, signal), address };
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure ?? new ConnectFailure('unknown_name', 'there is no address to dial');
}

async function dialOne({ address, family, port }: PinnedAddress, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: address, port, family, allowHalfOpen: true, noDelay: true });
  surviveErrors(socket);
  socket.setKeepAlive(true, KEEPALIVE_DELAY_MS);
  try {
    await withTimeLimit(TCP_LIMIT_MS, signal, (limited) => connected(socket, limited));
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof TimeLimitExceeded) {
      throw new ConnectFailure('timed_out', `no answer from ${address}, port ${port}`, error);
    }
    throw error;
  }
}

function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  return waitOnStream<void>(socket, { signal }, ({ resolve, reject }) => ({
    connect: resolve,
    error: (error) => reject(new ConnectFailure(reasonOf(error), error.message, error)),
    close: () => reject(new ConnectFailure('closed', 'closed before it was connected')),
  }));
}

function reasonOf(error: NodeJS.ErrnoException): 'refused' | 'timed_out' | 'closed' {
  if (error.code === 'ECONNREFUSED') return 'refused';
  return error.code === 'ETIMEDOUT' || error.code === 'EHOSTUNREACH' ? 'timed_out' : 'closed';
}
