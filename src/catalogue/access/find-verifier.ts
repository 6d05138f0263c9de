// The password door's questions to the catalogue: an access token's SCRAM verifier, and the target
// of a token or a database role once it was proved. Which role a name is, route-role.ts finds.

import { PosternError } from '../../errors.ts';
import { type AccessTokenId, idFrom } from '../../ids.ts';
import { parseVerifier } from '../../protocol/scram-verifier.ts';
import { quoted } from '../../untrusted-text.ts';
import { currentSnapshot } from '../endings/catalogue-snapshot.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { changeEvent, SYSTEM_CONTEXT } from '../trail/audit-context.ts';
import { type AccessToken, accessTokenFrom } from './access-token-rows.ts';
import { noteSecretUse } from './note-secret-use.ts';
import {
  type ComputeTarget,
  computeTarget,
  requireConnect,
  type TargetPerson,
  targetPerson,
} from './resolve-target.ts';
import { readRights } from './rights-reader.ts';
import type { RoutedRole } from './route-role.ts';

/** A target reached by password: the account's tokens and database roles act for no person. */
export interface PasswordTarget extends ComputeTarget {
  readonly person: TargetPerson | null;
}

const TOUCH_EVERY_MS = 10_000;

export type ProvableToken = NonNullable<Awaited<ReturnType<typeof findAccessToken>>>;

/** The token and the verifier of its secret; null for an unknown, revoked or expired one. */
export async function findAccessToken(catalogue: Catalogue, tokenId: string) {
  const row = await catalogue.db
    .selectFrom('access_tokens')
    .selectAll()
    .select(currentSnapshot.as('as_of'))
    .where('id', '=', idFrom<AccessTokenId>(tokenId))
    .where('expires_at', '>', catalogue.clock.now())
    .executeTakeFirst();
  const verifier = row === undefined ? null : parseVerifier(row.scram_verifier);
  return row === undefined || verifier === null ? null : { token: accessTokenFrom(row), verifier, asOf: row.as_of };
}

/**
 * The target of an authenticated token, resolved again before each dial. Throws `permission_lost`
 * when it was revoked, its person may not connect or its account no longer owns the project, and as
 * `resolveTarget` otherwise.
 */
export async function resolveAccessToken(catalogue: Catalogue, token: AccessToken, rights = readRights(catalogue)) {
  const [row, isKept] = await Promise.all([rights.targetRow(token.computeId), rights.hasAccessToken(token.id)]);
  const target = () => computeTarget(catalogue, row, token);
  if (!isKept) throw new PosternError('permission_lost', { params: { project: row.project.name } });
  if (token.owner.kind === 'person') {
    const actor = await rights.person(token.owner.userId);
    requireConnect(catalogue, actor, row);
    return { ...target(), person: targetPerson(actor, row) };
  }
  if (token.owner.accountId !== row.account.id) {
    throw new PosternError('permission_lost', { params: { project: row.project.name } });
  }
  return { ...target(), person: null };
}

/** Records the use of the token; the first per hour goes into the audit trail. */
export async function noteAccessTokenUse(catalogue: Catalogue, token: AccessToken, from: string): Promise<void> {
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, {
    event: 'secret.used',
    actorType: 'access_token',
    actorId: token.id,
    computeId: token.computeId,
    terminalIp: from,
    subject: `access token ${token.id} ${quoted(token.name)}`,
  });
  const secret = { table: 'access_tokens', ...token } as const;
  await noteSecretUse(catalogue, secret, { from, touchEveryMs: TOUCH_EVERY_MS, event });
}

/** The target of a database role. Throws as `resolveTarget` does; checks no person. */
export async function resolveRoutedRole(catalogue: Catalogue, role: RoutedRole, rights = readRights(catalogue)) {
  const row = await rights.targetRow(role.computeId);
  const access = role.isReadOnly ? 'read_only' : 'read_write';
  const target = computeTarget(catalogue, row, { database: null, databaseRole: role.databaseRole, access });
  return { ...target, person: null };
}

/** Records the use of the role's password; the first per hour goes into the audit trail. */
export async function noteRolePasswordUse(
  catalogue: Catalogue,
  role: RoutedRole,
  use: { readonly target: PasswordTarget; readonly from: string },
): Promise<void> {
  const { account, project } = use.target;
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, {
    event: 'secret.used',
    accountId: account.id,
    projectId: project.id,
    computeId: role.computeId,
    databaseRole: role.databaseRole,
    terminalIp: use.from,
    subject: `password of role ${quoted(role.databaseRole)}`,
  });
  const secret = { table: 'database_roles', ...role } as const;
  await noteSecretUse(catalogue, secret, { from: use.from, touchEveryMs: TOUCH_EVERY_MS, event });
}
