// Tells the log what a sign-in was read from, by the names of claims; what they say stays out.

import type { IDToken } from 'openid-client';
import type { IssuerConfig } from '../../config/issuer-config.ts';
import type { Log } from '../../log.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import { type Claims, claimsElsewhere, type ReadClaims } from './oidc/oidc-claims.ts';
import type { ReadGroups } from './oidc/oidc-groups.ts';

const MAX_LOGGED_CLAIMS = 40;

export interface UserInfo {
  readonly claims: Claims;
  readonly problem: unknown;
}

interface Told {
  readonly idToken: IDToken;
  readonly userInfo: UserInfo;
  readonly read: ReadClaims;
  readonly groups: ReadGroups;
}

interface Telling {
  readonly log: Log;
  readonly config: IssuerConfig;
}

export function tellClaims(telling: Telling, { idToken, userInfo, read, groups }: Told): void {
  const { log, config } = telling;
  const { iss: issuer } = idToken;
  const { claims, problem } = userInfo;
  const facts = {
    event: 'signin.claims_read',
    issuer,
    email_claim: read.emailClaim,
    email_verified: read.emailVerified,
  };
  const names = { id_token_claims: namesOf(idToken), userinfo_claims: namesOf(claims) };
  log.debug({ ...facts, ...names }, 'read the claims of a sign-in');
  if (problem !== null) {
    log.warn({ event: 'signin.userinfo_failed', err: problem, issuer }, 'the userinfo endpoint failed');
  }
  tellGroups(telling, { issuer, groups, elsewhere: claimsElsewhere([idToken, claims]), names });
  if (read.email === null) {
    const told = { event: 'signin.no_email', issuer, expected_claims: config.emailClaims, ...names };
    log.warn(told, 'no claim holds an e-mail');
  }
}

interface TellableGroups {
  readonly issuer: string;
  readonly groups: ReadGroups;
  readonly elsewhere: readonly string[];
  readonly names: Readonly<Record<string, readonly string[]>>;
}

function tellGroups({ log, config }: Telling, { issuer, groups, elsewhere, names }: TellableGroups): void {
  const claim = config.groupsClaim;
  if (groups.kind === 'elsewhere') {
    const told = { event: 'signin.groups_elsewhere', issuer, claim };
    log.warn(told, 'too many groups for a token: teams and memberships stay as they were');
  } else if (groups.kind === 'missing') {
    const told = { event: 'signin.groups_missing', issuer, claim, ...names };
    log.warn(told, 'the claim of the groups is missing, so this person counts as in none');
  } else if (elsewhere.length > 0) {
    const told = { event: 'signin.claims_elsewhere', issuer, claims: elsewhere };
    log.info(told, 'claims that the provider keeps elsewhere are not read');
  }
}

function namesOf(claims: Claims): string[] {
  return Object.keys(claims).slice(0, MAX_LOGGED_CLAIMS).map(cleanForLog);
}
