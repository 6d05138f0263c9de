// The door by which `postern disconnect` leaves: whoever proves to hold a key has it forgotten.

import { forgetHeldKey } from '../../actions/people/terminal-keys.ts';
import { PosternError } from '../../errors.ts';
import type { Client } from '../client/client.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';

/** Always throws: `key_missing`, `store_unavailable`, or `key_forgotten`, which is no failure. */
export async function passForgetKeyDoor(
  { peer, tls }: Pick<Client, 'peer' | 'tls'>,
  parts: Pick<GatewayParts, 'catalogue' | 'grants' | 'liveConnections'>,
): Promise<never> {
  const fingerprint = tls?.clientKey ?? null;
  if (fingerprint === null) throw new PosternError('key_missing');
  await forgetHeldKey(parts, { fingerprint, address: peer.address });
  throw new PosternError('key_forgotten');
}
