// The door for programs: an access token or a project role's password, by SCRAM over TLS; or what
// an issuer says of a workload.

import {
  noteAccessTokenUse,
  noteRolePasswordUse,
  type PasswordTarget,
  type ProvableToken,
  resolveAccessToken,
  resolveRoutedRole,
} from '../../catalogue/logins/find-verifier.ts';
import type { RoutedRole } from '../../catalogue/logins/route-role.ts';
import { PosternError } from '../../errors.ts';
import { isAddressAllowed } from '../../network-address.ts';
import { isNamed, type Named } from '../client/database-choice.ts';
import { namesDatabase, replicationOf, type TargetHints } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { PasswordCredential } from './find-password-credential.ts';
import { targetHints } from './login-origin.ts';
import { provePassword } from './prove-password.ts';

type PasswordDoorParts = Pick<
  GatewayParts,
  'catalogue' | 'clock' | 'issuerKeys' | 'limits' | 'log' | 'mockSecret' | 'times'
>;

/**
 * Throws `tls_required` in clear text, `password_failed` for a wrong secret and an unknown name
 * alike, late where there were others, `too_many_failures` after very many, `refused_by_policy` for
 * an address that the token does not list, `forbidden` for a database that is not the token's.
 */
export async function passPasswordDoor(
  session: LiveSession,
  credential: PasswordCredential,
  parts: PasswordDoorParts,
): Promise<Admission> {
  const { client } = session;
  if (client.tls === null) throw new PosternError('tls_required');
  const proof = await provePassword(session, { credential, tls: client.tls }, parts);
  try {
    return proof.of.kind === 'token'
      ? admissionOfToken(proof.of, { session, settled: proof.settled }, parts)
      : admissionOfRole(proof.of.role, { session, settled: proof.settled }, parts);
  } catch (error) {
    // NOTE: what else is wrong must not show before it may show that the proof was right.
    await proof.settled;
    throw error;
  }
}

interface Proved {
  readonly session: LiveSession;
  readonly settled: Promise<void>;
}

function admissionOfToken(
  { token, asRead }: ProvableToken,
  { session, settled }: Proved,
  parts: PasswordDoorParts,
): Admission {
  const { peer, startup } = session.client;
  const { id, computeId, owner } = token;
  // NOTE: the fleet must know the token before its rights are checked, or a revocation in between
  // would miss it.
  session.entry.restOn(asRead.asOf, {
    accessTokenId: id,
    computeId,
    userId: owner.kind === 'person' ? owner.userId : null,
  });
  refuseElsewhere(token, session);
  afterwards(
    settled,
    () => noteAccessTokenUse(parts.catalogue, token, peer.address),
    (error) =>
      parts.log.warn(
        { event: 'token.note_use_failed', err: error, access_token_id: id },
        'could not record the use of an access token',
      ),
  );
  return {
    door: 'token',
    settled,
    takeAsRead: givenOnce(asRead),
    resolve: (rights) => resolveAccessToken(parts.catalogue, token, { address: peer.address, rights }),
    onAuthorised: async (target) => refuseOtherTarget(targetHints(session.client), target),
    databaseRole: token.databaseRole,
    wish: { requestedDatabase: startup.database, strength: namesDatabase(startup) ? 'required' : 'none' },
    caps: { access_token: token.maxConnections },
  };
}

/** It is large, and must not live as long as the connection. */
function givenOnce<T>(value: T): () => T | null {
  let kept: T | null = value;
  return () => {
    const given = kept;
    kept = null;
    return given;
  };
}

/** Throws where the token allows neither the client's address nor its database. */
function refuseElsewhere(
  { allowedNetworks, database }: ProvableToken['token'],
  { client: { peer, startup } }: LiveSession,
): void {
  if (!isAddressAllowed(allowedNetworks, peer.address)) {
    throw new PosternError('refused_by_policy', { params: { address: peer.address } });
  }
  const isOther = (namesDatabase(startup) && startup.database !== database) || replicationOf(startup) === 'server';
  if (database !== null && isOther) throw new PosternError('token_of_other_database', { params: { database } });
}

/** Nothing waits for it, and it is not done where the proof takes no effect. */
function afterwards(settled: Promise<void>, work: () => Promise<void>, onFailure: (error: unknown) => void): void {
  settled.then(
    () => work().catch(onFailure),
    () => {},
  );
}

/** A token has one target, and a client that names another must not end up there. */
function refuseOtherTarget(
  { endpoint, project: projectHint }: TargetHints,
  { compute, project }: PasswordTarget,
): void {
  const isOther = (hint: string | null, thing: Named) => hint !== null && !isNamed(thing, hint);
  if (!isOther(endpoint, compute) && !isOther(projectHint, project)) return;
  throw new PosternError('token_of_other_compute', { params: { compute: compute.name, project: project.name } });
}

function admissionOfRole(
  { asRead, ...role }: RoutedRole,
  { session, settled }: Proved,
  { catalogue, log }: PasswordDoorParts,
): Admission {
  const { peer, startup } = session.client;
  session.entry.restOn(asRead.asOf, { computeId: role.computeId, databaseRole: role.databaseRole });
  const strength = namesDatabase(startup) ? 'required' : 'wanted';
  const onAuthorised = async (target: PasswordTarget) => {
    afterwards(
      settled,
      () => noteRolePasswordUse(catalogue, role, { target, from: peer.address }),
      (error) =>
        log.warn(
          { event: 'role.note_use_failed', err: error, database_role: role.databaseRole },
          'could not record the use of a role password',
        ),
    );
  };
  return {
    door: 'role',
    settled,
    takeAsRead: givenOnce(asRead),
    resolve: (rights) => resolveRoutedRole(catalogue, role, { address: peer.address, rights }),
    databaseRole: role.databaseRole,
    onAuthorised,
    wish: { requestedDatabase: startup.database, strength },
  };
}
