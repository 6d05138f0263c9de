// Where a client is as seen from this machine, for the doors without a password. The system is
// asked at most once for each client, and only when a door wants to know.

import type { Config } from '../../config/config.ts';
import type { Locality } from '../../login/request/locality.ts';
import { isLoopback } from '../../network-address.ts';
import type { SocketEnd, SocketOwners } from '../../wire/socket-owner.ts';
import type { Peer } from '../client/client.ts';

/** `own`: our end of the client's socket; null where a balancer names the client. */
export function localityFinder(
  peer: Peer,
  asking: { readonly own: SocketEnd | null; readonly loopback: Config['loopback']; readonly owners: SocketOwners },
): () => Promise<Locality> {
  let found: Promise<Locality> | null = null;
  return () => {
    found ??= findLocality(peer, asking);
    return found;
  };
}

async function findLocality(
  peer: Peer,
  { own, loopback, owners }: Parameters<typeof localityFinder>[1],
): Promise<Locality> {
  if (!isLoopback(peer.address)) return { kind: 'remote' };
  if (loopback === 'anybodys') return { kind: 'forwarded' };
  const elsewhere = { kind: loopback === 'this_machine' ? 'unknown' : 'absent' } as const;
  const owner = own === null ? elsewhere : await owners.find(peer, own);
  if (owner.kind === 'user') return { kind: 'local', unixUser: owner.id };
  // Loopback that no socket of this machine holds was rewritten or relayed on its way.
  const isTrusted = owner.kind === 'unknown' || loopback === 'this_machine';
  return isTrusted ? { kind: 'local', unixUser: null } : { kind: 'forwarded' };
}
