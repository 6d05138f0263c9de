// The door for programs: an access token or a project role's password, by SCRAM over TLS.

import { assertNever } from '../../assert-never.ts';
import {
  noteAccessTokenUse,
  noteRolePasswordUse,
  type PasswordTarget,
  type ProvableToken,
  resolveAccessToken,
  resolveRoutedRole,
} from '../../catalogue/access/find-verifier.ts';
import type { RoutedRole } from '../../catalogue/access/route-role.ts';
import { PosternError } from '../../errors.ts';
import type { Proof } from '../../limits/proof-pace.ts';
import { wholeSeconds } from '../../limits/require-allowed.ts';
import { parseNetworks } from '../../network-address.ts';
import { authenticationSaslFinal } from '../../protocol/backend-messages.ts';
import { mockVerifier } from '../../protocol/scram-verifier.ts';
import { isNamed, type Named } from '../client/database-choice.ts';
import { namesDatabase, replicationOf, type TargetHints } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { PasswordCredential } from './find-password-credential.ts';
import { targetHints } from './login-origin.ts';
import { exchangeScram } from './scram-exchange.ts';

type PasswordDoorParts = Pick<GatewayParts, 'catalogue' | 'limits' | 'log' | 'mockSecret' | 'times'>;

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
  const verifier = verifierOf(credential, session, parts);
  const outcome = await exchangeScram(session, { tls: client.tls, verifier }, parts.times.passwordMs);
  session.clientWatch.start();
  if (outcome.kind === 'failed' || credential.kind === 'unknown_token' || credential.kind === 'unknown_role') {
    const reason = outcome.kind === 'failed' ? outcome.reason : credential.kind;
    session.isFailureRecorded('password_failed', parts);
    session.audit.record({ event: 'secret.rejected', outcome: 'refused', reason });
    await answerAtPace(session, { credential, proof: 'wrong' }, parts);
    throw new PosternError('password_failed', { cause: new Error(reason) });
  }
  await answerAtPace(session, { credential, proof: 'right' }, parts);
  client.line.continueSasl(authenticationSaslFinal(outcome.serverFinal));
  client.line.sendAuthenticationOk();
  return credential.kind === 'token'
    ? admissionOfToken(credential, session, parts)
    : admissionOfRole(credential.role, session, parts);
}

// NOTE: known and unknown names take the same path; a put-off client learns nothing of its proof.
async function answerAtPace(
  { client, signal }: LiveSession,
  { credential, proof }: { readonly credential: PasswordCredential; readonly proof: Proof },
  { limits }: PasswordDoorParts,
): Promise<void> {
  const secret =
    credential.kind === 'role' ? `role:${credential.role.id}` : `name:${mockNameOf(credential, client.startup.user)}`;
  const settled = await limits.proofs.settle({ secret, address: client.peer.address }, proof, signal);
  if (settled.kind === 'answer') return;
  throw new PosternError('too_many_failures', { params: { seconds: wholeSeconds(settled) } });
}

function verifierOf(credential: PasswordCredential, { client }: LiveSession, { mockSecret }: PasswordDoorParts) {
  switch (credential.kind) {
    case 'token':
      return credential.verifier;
    case 'role':
      return credential.role.verifier;
    case 'unknown_token':
    case 'unknown_role':
      return mockVerifier(Buffer.from(mockSecret.reveal(), 'base64'), mockNameOf(credential, client.startup.user));
    default:
      return assertNever(credential);
  }
}

/** Real roles of one name have a salt and a pace of their own in each project. */
function mockNameOf(credential: PasswordCredential, user: string): string {
  return credential.kind === 'unknown_role' ? `${user}\0${credential.projectPlace}` : user;
}

function admissionOfToken({ token, asOf }: ProvableToken, session: LiveSession, parts: PasswordDoorParts): Admission {
  const { peer, startup } = session.client;
  const { id, computeId, owner, allowedNetworks } = token;
  // NOTE: the fleet must know the token before its rights are checked, or a revocation in between
  // would miss it.
  session.entry.restOn(asOf, { accessTokenId: id, computeId, userId: owner.kind === 'person' ? owner.userId : null });
  if (allowedNetworks.length > 0 && !parseNetworks(allowedNetworks).includes(peer.address)) {
    throw new PosternError('refused_by_policy', { params: { address: peer.address } });
  }
  const isExplicit = namesDatabase(startup);
  const leavesDatabase = (isExplicit && startup.database !== token.database) || replicationOf(startup) === 'server';
  if (token.database !== null && leavesDatabase) {
    throw new PosternError('token_of_other_database', { params: { database: token.database } });
  }
  noteAccessTokenUse(parts.catalogue, token, peer.address).catch((error: unknown) =>
    parts.log.warn(
      { event: 'token.note_use_failed', err: error, access_token_id: id },
      'could not record the use of an access token',
    ),
  );
  return {
    door: 'token',
    resolve: (rights) => resolveAccessToken(parts.catalogue, token, rights),
    onAuthorised: async (target) => refuseOtherTarget(targetHints(session.client), target),
    databaseRole: token.databaseRole,
    wish: { requestedDatabase: startup.database, strength: isExplicit ? 'required' : 'none' },
    caps: { access_token: token.maxConnections },
  };
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

function admissionOfRole(role: RoutedRole, session: LiveSession, { catalogue, log }: PasswordDoorParts): Admission {
  const { peer, startup } = session.client;
  session.entry.restOn(role.asOf, { computeId: role.computeId, databaseRole: role.databaseRole });
  const strength = namesDatabase(startup) ? 'required' : 'wanted';
  const onAuthorised = async (target: PasswordTarget) => {
    noteRolePasswordUse(catalogue, role, { target, from: peer.address }).catch((error: unknown) =>
      log.warn(
        { event: 'role.note_use_failed', err: error, database_role: role.databaseRole },
        'could not record the use of a role password',
      ),
    );
  };
  return {
    door: 'role',
    resolve: (rights) => resolveRoutedRole(catalogue, role, rights),
    databaseRole: role.databaseRole,
    onAuthorised,
    wish: { requestedDatabase: startup.database, strength },
  };
}
