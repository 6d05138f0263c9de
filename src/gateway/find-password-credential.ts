// Whether a client means to log in with a password, and as what: an access token by its public id, or a database role that
// the client's host name, its options or a unique name leads to. Compares no password.

import type { AccessToken } from '../catalogue/access-token-rows.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { findAccessToken, findRoutedRole, type RoleRoute, type RoutedRole } from '../catalogue/password-door.ts';
import type { ScramVerifier } from '../protocol/scram-verifier.ts';
import type { Client } from './negotiate.ts';
import { targetHints } from './startup-parameters.ts';

export type PasswordCredential =
  | { readonly kind: 'token'; readonly token: AccessToken; readonly verifier: ScramVerifier }
  | { readonly kind: 'role'; readonly role: RoutedRole; readonly verifier: ScramVerifier }
  /** A token's name that nobody has (any more): asked like any other, so that nobody learns which names exist. */
  | { readonly kind: 'unknown_token' };

// ids.ts: the forms of our own ids.
const ACCESS_TOKEN_ID = /^tok-[a-z0-9]{16}$/;
const COMPUTE_ID = /^ep-[a-z]+-[a-z]+-[a-z0-9]{8}$/;
const PROJECT_ID = /^[a-z]+-[a-z]+-\d{8}$/;

/** Null for a client that names neither a token nor a role: it gets a link. Throws `store_unavailable`. */
export async function findPasswordCredential(
  client: Client,
  { catalogue }: { readonly catalogue: Catalogue },
): Promise<PasswordCredential | null> {
  const { user } = client.startup;
  if (ACCESS_TOKEN_ID.test(user)) {
    const found = await findAccessToken(catalogue, user);
    return found === null ? { kind: 'unknown_token' } : { kind: 'token', ...found };
  }
  const role = await findRoutedRole(catalogue, roleRoute(client));
  return role === null ? null : { kind: 'role', role, verifier: role.verifier };
}

/** `options` says more than the host name, which a connection string may have been copied with. */
function roleRoute({ startup, tls }: Client): RoleRoute {
  const { project, endpoint } = targetHints(startup);
  const label = tls?.serverName?.split('.')[0]?.toLowerCase() ?? '';
  return {
    databaseRole: startup.user,
    computeId: endpoint ?? (COMPUTE_ID.test(label) ? label : null),
    projectId: project ?? (PROJECT_ID.test(label) ? label : null),
  };
}
