// The password door's questions to the catalogue: an access token's SCRAM verifier, and the target
// of a token or a database role once it was proved. Which role a name is, route-role.ts finds.

import type { Selectable } from 'kysely';
import { PosternError } from '../../errors.ts';
import { parseVerifier, type ScramVerifier } from '../../protocol/scram-verifier.ts';
import { quoted } from '../../untrusted-text.ts';
import { type AccessToken, accessTokenFrom } from '../access/access-token-rows.ts';
import { noteSecretUse } from '../access/note-secret-use.ts';
import { NO_SIGN_IN, personSubject } from '../access/reach.ts';
import { type ComputeTarget, type JudgedTarget, reachedTarget } from '../access/resolve-target.ts';
import { type RightsReader, readRights } from '../access/rights-reader.ts';
import { requireConnect, type TargetPerson, targetPerson } from '../access/target-person.ts';
import { TARGET_COLUMNS, type TargetRow } from '../access/target-row.ts';
import { CURRENT_SNAPSHOT } from '../endings/catalogue-snapshot.ts';
import { personAsJson } from '../rights/actors.ts';
import type { Workload } from '../rights/workload.ts';
import { rulesAsJson } from '../rules/find-rules.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { preparedStatement } from '../store/prepared-statement.ts';
import type { AccessTokensTable } from '../tables/keys-and-tokens.ts';
import { changeEvent, SYSTEM_CONTEXT } from '../trail/audit-context.ts';
import { accessTokenSubject } from '../trail/secret-subjects.ts';
import { keptRights, type LoginRow } from './kept-rights.ts';
import type { KnownRole } from './route-role.ts';

/** A target reached by password: the account's tokens and database roles act for no person. */
export interface PasswordTarget extends ComputeTarget {
  readonly person: TargetPerson | null;
  readonly policy: JudgedTarget['policy'];
  readonly requireReach: JudgedTarget['requireReach'];
}

const TOUCH_EVERY_MS = 10_000;

export type ProvableToken = NonNullable<Awaited<ReturnType<typeof findAccessToken>>>;

/** How a token is proved: by its secret, or by what an issuer says of the program. */
type TokenProof =
  | { readonly kind: 'secret'; readonly verifier: ScramVerifier }
  | { readonly kind: 'workload'; readonly workload: Workload };

/** The token, its proof and its rights; null if unknown, revoked or expired. */
export async function findAccessToken(catalogue: Catalogue, tokenId: string) {
  const atMs = performance.now();
  const [row] = await findTokenRow(catalogue.db, [tokenId, catalogue.clock.now()]);
  if (row === undefined) return null;
  const token = accessTokenFrom(tokenRowFrom(row.token));
  const proof = proofOf(token, row.token.scram_verifier);
  return proof === null ? null : { token, proof, asRead: keptRights(row, atMs) };
}

function proofOf({ workload }: AccessToken, encoded: string | null): TokenProof | null {
  if (workload !== null) return { kind: 'workload', workload };
  const verifier = encoded === null ? null : parseVerifier(encoded);
  return verifier === null ? null : { kind: 'secret', verifier };
}

type TokenRow = Selectable<AccessTokensTable>;

/** As Postgres writes a row in JSON. */
type TokenJson = {
  readonly [Column in keyof TokenRow]: TokenRow[Column] extends Date | null ? string : TokenRow[Column];
};

function tokenRowFrom(json: TokenJson): TokenRow {
  const { last_used_at: lastUsedAt } = json;
  return {
    ...json,
    created_at: new Date(json.created_at),
    expires_at: new Date(json.expires_at),
    last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt),
  };
}

const OWN_SUBJECTS = `array['members', 'guests', token.owner_user_id]
  || array(select team_id from team_members where user_id = token.owner_user_id)`;

const findTokenRow = preparedStatement<LoginRow & { readonly token: TokenJson }>(
  'access_token_login',
  `select to_jsonb(token) as token, ${CURRENT_SNAPSHOT} as as_of,
    ${personAsJson('token.owner_user_id')} as person,
    ${rulesAsJson(`rule.subject_key = any(case when token.owner_user_id is null then array['account_tokens']
      else ${OWN_SUBJECTS} end)`)} as rules,
    ${TARGET_COLUMNS}
  from access_tokens token
    left join computes compute on compute.id = token.compute_id and not compute.is_disabled
    left join projects project on project.id = compute.project_id
    left join accounts account on account.id = project.account_id
  where token.id = $1 and token.expires_at > $2`,
);

interface ResolvingPassword {
  /** Of the client. */
  readonly address: string;
  readonly rights?: RightsReader | undefined;
}

/**
 * The target of an authenticated token, resolved again before each dial. Throws `permission_lost`
 * when it was revoked, its person may not connect or its account no longer owns the project, and as
 * `resolveTarget` otherwise.
 */
export async function resolveAccessToken(
  catalogue: Catalogue,
  token: AccessToken,
  { address, rights = readRights(catalogue) }: ResolvingPassword,
): Promise<PasswordTarget> {
  const { owner, computeId } = token;
  const reader = owner.kind === 'person' ? owner : ({ kind: 'account_tokens' } as const);
  const [row, isKept, { rules, teamIds }] = await Promise.all([
    rights.targetRow(computeId),
    rights.hasAccessToken(token.id),
    rights.rules(computeId, reader),
  ]);
  if (!isKept) throw permissionLost(row);
  const how = { door: 'token', address, signIn: NO_SIGN_IN, at: catalogue.clock.now() } as const;
  if (owner.kind === 'person') {
    const actor = await rights.person(owner.userId);
    requireConnect(catalogue, actor, row);
    const asked = { row, rules, how, subject: personSubject(actor, row, teamIds) };
    return { ...withinToken(token, reachedTarget(catalogue, asked, token)), person: targetPerson(actor, row) };
  }
  if (owner.accountId !== row.account.id) throw permissionLost(row);
  const subject = { kind: 'account_tokens' } as const;
  return { ...withinToken(token, reachedTarget(catalogue, { row, rules, how, subject }, token)), person: null };
}

function permissionLost({ project }: TargetRow): PosternError {
  return new PosternError('permission_lost', { params: { project: project.name } });
}

type Reached = ReturnType<typeof reachedTarget>;

/** No connection lasts longer than the token says. */
function withinToken({ workload }: AccessToken, target: Reached): Reached {
  const within = (by: JudgedTarget['policy']): JudgedTarget['policy'] => ({
    ...by,
    longestConnectionMs: Math.min(by.longestConnectionMs, workload?.longestConnectionMs ?? by.longestConnectionMs),
  });
  return {
    ...target,
    policy: within(target.policy),
    requireReach: (place) => within(target.requireReach(place)),
  };
}

/** Records the use of the token; the first per hour goes into the audit trail. */
export async function noteAccessTokenUse(catalogue: Catalogue, token: AccessToken, from: string): Promise<void> {
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, {
    event: 'secret.used',
    actorType: 'access_token',
    actorId: token.id,
    computeId: token.computeId,
    terminalIp: from,
    subject: accessTokenSubject(token),
  });
  const secret = { table: 'access_tokens', ...token } as const;
  await noteSecretUse(catalogue, secret, { from, touchEveryMs: TOUCH_EVERY_MS, event });
}

/** The target of a database role. Throws as `resolveTarget` does; checks no person. */
export async function resolveRoutedRole(
  catalogue: Catalogue,
  role: KnownRole,
  { address, rights = readRights(catalogue) }: ResolvingPassword,
): Promise<PasswordTarget> {
  const subject = { kind: 'password_holder' } as const;
  const [row, { rules }] = await Promise.all([rights.targetRow(role.computeId), rights.rules(role.computeId, subject)]);
  const access = role.isReadOnly ? 'read_only' : 'read_write';
  const how = { door: 'role_password', address, signIn: NO_SIGN_IN, at: catalogue.clock.now() } as const;
  const choice = { database: null, databaseRole: role.databaseRole, access } as const;
  return { ...reachedTarget(catalogue, { row, rules, how, subject }, choice), person: null };
}

/** Records the use of the role's password; the first per hour goes into the audit trail. */
export async function noteRolePasswordUse(
  catalogue: Catalogue,
  role: KnownRole,
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
