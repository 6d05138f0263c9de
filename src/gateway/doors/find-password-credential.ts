// Finds an access token by its public id, or a database role by the client's host name, its options
// or a unique role name. Compares no password.

import {
  findAccessToken,
  findRoutedRole,
  type ProvableToken,
  type RoutedRole,
} from '../../catalogue/access/find-verifier.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { ScramVerifier } from '../../protocol/scram-verifier.ts';
import type { Client } from '../client/client.ts';
import { targetHints } from './login-origin.ts';

export type PasswordCredential =
  | ({ readonly kind: 'token' } & ProvableToken)
  | { readonly kind: 'role'; readonly role: RoutedRole; readonly verifier: ScramVerifier }
  /** No existing token's name: asked for a password anyway, so that names cannot be probed. */
  | { readonly kind: 'unknown_token' };

// ids.ts: the form of our own ids.
const ACCESS_TOKEN_ID = /^tok-[a-z0-9]{16}$/;

/** Null for a client that names neither token nor role. Throws `store_unavailable`. */
export async function findPasswordCredential(
  client: Client,
  { catalogue }: { readonly catalogue: Catalogue },
): Promise<PasswordCredential | null> {
  const { user } = client.startup;
  if (ACCESS_TOKEN_ID.test(user)) {
    const found = await findAccessToken(catalogue, user);
    return found === null ? { kind: 'unknown_token' } : { kind: 'token', ...found };
  }
  const { project, endpoint } = targetHints(client);
  const role = await findRoutedRole(catalogue, { databaseRole: user, computeId: endpoint, projectId: project });
  return role === null ? null : { kind: 'role', role, verifier: role.verifier };
}
