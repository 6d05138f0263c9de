// The live grants of a terminal that lead to where the client wants to go.

import { ofOnePerson } from '../../login/grant/terminal-sharing.ts';
import type { Client } from '../client/client.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import { type FittingGrant, fittingGrants } from './fitting-grants.ts';
import { databaseWish, knownAtOnceOf, terminalOf } from './login-origin.ts';

/** The newest first. Throws `store_unavailable`. */
export async function findGrants(
  client: Client,
  { catalogue, config, grants }: Pick<GatewayParts, 'catalogue' | 'config' | 'grants'>,
): Promise<FittingGrant[]> {
  if (!grants.mayHaveAny(knownAtOnceOf(client))) return [];
  const { requestedDatabase, strength } = databaseWish(client);
  const terminal = await terminalOf(client);
  const found = await grants.findMatching({
    ...terminal,
    requestedDatabase: strength === 'none' ? null : requestedDatabase,
  });
  const own = await ofOnePerson({ catalogue, reverseCode: config.login.reverseCode }, terminal, found);
  return await fittingGrants(client, own, catalogue);
}
