// The door for programs: proof of an access token or of a project role's password, by SCRAM over TLS.

import type { AccessToken } from '../../catalogue/access/access-token-rows.ts';
import {
  noteAccessTokenUse,
  noteRolePasswordUse,
  type PasswordTarget,
  type RoutedRole,
  resolveAccessToken,
  resolveRoutedRole,
} from '../../catalogue/access/find-verifier.ts';
import { PosternError } from '../../errors.ts';
import { parseNetworks } from '../../network-address.ts';
import { mockVerifier } from '../../protocol/scram-verifier.ts';
import type { DatabaseWish } from '../client/database-choice.ts';
import { TELL_NOTHING } from '../client/narration.ts';
import { namesDatabase, replicationOf } from '../client/startup-parameters.ts';
import { auditConnection } from '../session/audit-connection.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Passage } from '../session/passage.ts';
import type { PasswordCredential } from './find-password-credential.ts';
import { exchangeScram } from './scram-exchange.ts';

/**
 * Resolves when the client has proved that it knows the secret. Throws `tls_required` in clear text, `rate_limited`
 * after too many failures, `password_failed` for a wrong secret and an unknown name alike, `refused_by_policy` for an
 * address that the token does not list, and `forbidden` for a database that is not the token's alone.
 */
export async function passPasswordDoor(
  session: LiveSession,
  credential: PasswordCredential,
  parts: GatewayParts,
): Promise<Passage> {
  const { client } = session;
  if (client.tls === null) throw new PosternError('tls_required');
  const attempt = { address: client.peer.address, name: client.startup.user };
  if ((await parts.limits.passwordDoor(attempt)) === 'limited') throw new PosternError('rate_limited');
  const verifier = credential.kind === 'unknown_token' ? mockVerifierOf(session, parts) : credential.verifier;
  const outcome = await exchangeScram(session, { tls: client.tls, verifier }, parts);
  if (outcome.kind === 'failed' || credential.kind === 'unknown_token') {
    await parts.limits.failedPassword(attempt);
    const reason = outcome.kind === 'failed' ? outcome.reason : 'unknown_token';
    auditConnection(session, parts, { event: 'secret.rejected', outcome: 'refused', reason });
    throw new PosternError('password_failed', { cause: new Error(reason) });
  }
  client.line.welcome();
  session.watchClient();
  return credential.kind === 'token'
    ? passageOfToken(credential.token, session, parts)
    : passageOfRole(credential.role, session, parts);
}

function mockVerifierOf({ client }: LiveSession, { mockSecret }: GatewayParts) {
  return mockVerifier(Buffer.from(mockSecret.reveal(), 'base64'), client.startup.user);
}

function passageOfToken(token: AccessToken, session: LiveSession, parts: GatewayParts): Passage {
  const { peer, startup } = session.client;
  const { id, computeId, owner, allowedNetworks } = token;
  // NOTE: the fleet must know the token before it is asked what it is still good for.
  session.learn({ accessTokenId: id, computeId, userId: owner.kind === 'person' ? owner.userId : null });
  if (allowedNetworks.length > 0 && !parseNetworks(allowedNetworks).includes(peer.address)) {
    throw new PosternError('refused_by_policy', { params: { address: peer.address } });
  }
  const isExplicit = namesDatabase(startup);
  const leavesDatabase = (isExplicit && startup.database !== token.database) || replicationOf(startup) === 'server';
  if (token.database !== null && leavesDatabase) {
    throw new PosternError('token_of_other_database', { params: { database: token.database } });
  }
  noteAccessTokenUse(parts.catalogue, token, peer.address).catch((error: unknown) =>
    parts.log.warn({ err: error, access_token_id: id }, 'the use of an access token was not noted'),
  );
  return {
    door: 'token',
    resolve: () => resolveAccessToken(parts.catalogue, token),
    wish: { requestedDatabase: startup.database, strength: isExplicit ? 'required' : 'none' },
    caps: { access_token: token.maxConnections },
    ...QUIETLY,
  };
}

function passageOfRole(role: RoutedRole, session: LiveSession, { catalogue, log }: GatewayParts): Passage {
  const { peer, startup } = session.client;
  session.learn({ computeId: role.computeId, databaseRole: role.databaseRole });
  const wish: DatabaseWish = {
    requestedDatabase: startup.database,
    strength: namesDatabase(startup) ? 'required' : 'wanted',
  };
  const resolve = () => resolveRoutedRole(catalogue, role, null);
  const accepted = async (target: PasswordTarget) => {
    noteRolePasswordUse(catalogue, role, { target, from: peer.address }).catch((error: unknown) =>
      log.warn({ err: error, database_role: role.databaseRole }, 'the use of a role password was not noted'),
    );
  };
  return { door: 'role', resolve, accepted, wish, caps: {}, ...QUIETLY };
}

/** No page follows a program's login, and its log is no place for our progress. */
const QUIETLY = { narration: TELL_NOTHING, report: () => {} } as const;
