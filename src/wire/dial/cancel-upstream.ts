// Sends one CancelRequest to the address that a session was dialled at, the way that session came.

import type { Socket } from 'node:net';
import type { CancelKey } from '../../protocol/cancel-key.ts';
import { encodeCancelRequest } from '../../protocol/startup-packet.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import { takeAvailableBytes } from '../take-bytes.ts';
import type { PinnedAddress } from './dial-address.ts';
import { dialTcp } from './dial-tcp.ts';
import { type NamedBy, secureUpstream } from './secure-upstream.ts';

export interface CancelTarget {
  readonly address: PinnedAddress;
  readonly tls: UpstreamTls;
  readonly namedBy: NamedBy;
  readonly cancelKey: CancelKey;
  readonly signal: AbortSignal;
}

/** Waits for the close: a cancel that is not waited for could hit the next statement. */
export async function cancelUpstream({ address, tls, namedBy, cancelKey, signal }: CancelTarget): Promise<void> {
  const { socket: plain } = await dialTcp([address], signal);
  try {
    const name = address.host;
    const socket: Socket =
      tls.mode === 'disable' ? plain : await secureUpstream(plain, { name, address, tls, namedBy }, signal);
    socket.write(encodeCancelRequest(cancelKey.processId, cancelKey.secretKey));
    // PostgreSQL documentation, "Canceling Requests in Progress": no reply, only the close.
    while ((await takeAvailableBytes(socket, signal)) !== null);
  } finally {
    plain.destroy();
  }
}
