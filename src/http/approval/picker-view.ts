// The targets that a person may choose, as the page lists them, and the preselected one. Pure.

import { ageInWords } from '../../../web/components/age-in-words.ts';
import type { PickerAccount, PickerCompute } from '../../../web/components/approval/picker-rows.tsx';
import { assertNever } from '../../assert-never.ts';
import type { TargetCompute } from '../../catalogue/access/offered-compute.ts';
import type { TargetAccount } from '../../catalogue/access/targets.ts';
import { isSignInFresh } from '../../catalogue/rights/policy.ts';
import type { SignInStrength } from '../../catalogue/rights/sign-in-strength.ts';
import type { ComputeId } from '../../ids.ts';
import { type Located, localityOf } from '../../login/request/locality.ts';
import type { LoginOrigin } from '../../login/request/login-request.ts';
import { isAddressAllowed, parseNetworks } from '../../network-address.ts';
import { cleanForPage } from '../../untrusted-text.ts';

const KINDS = { personal: 'personal account', organization: 'organization', shared: 'with you' } as const;

/** In the order of the targets; targets that policy forbids remain visible, with the reason. */
export function pickerAccounts(
  targets: readonly TargetAccount[],
  sight: { readonly terminalAddress: string; readonly now: Date; readonly signIn: SignInStrength },
): PickerAccount[] {
  return targets.map((account) => ({
    id: account.id,
    name: account.kind === 'shared' ? 'Shared' : cleanForPage(account.name),
    kind: KINDS[account.kind],
    projects: account.projects.map((project) => ({
      id: project.id,
      name: cleanForPage(project.name),
      label: project.label,
      computes: project.computes.map((compute) => ({
        ...pickerCompute(compute, sight.terminalAddress),
        asksToSignIn: !isSignInFresh(compute.policy, sight),
        lastUsed: compute.lastUsed === null ? null : ageInWords(sight.now.getTime() - compute.lastUsed.at.getTime()),
      })),
    })),
  }));
}

function pickerCompute(
  compute: TargetCompute,
  terminalAddress: string,
): Omit<PickerCompute, 'lastUsed' | 'asksToSignIn'> {
  return {
    id: compute.id,
    name: cleanForPage(compute.name),
    type: compute.type,
    state: compute.state,
    obstacle: obstacleOf(compute, terminalAddress),
    asksFirst: compute.asksFor !== null,
    offersReadOnly: compute.roles.some((role) => role.readOnly),
  };
}

/** Why the compute cannot be chosen from that terminal; null when it can be. */
export function obstacleOf({ passwordlessAccess, policy }: TargetCompute, terminalAddress: string): string | null {
  if (!passwordlessAccess) return 'Login by link is switched off here.';
  if (!isAddressAllowed(policy.allowedNetworks, terminalAddress)) {
    return `Connections from ${cleanForPage(terminalAddress)} are not allowed here.`;
  }
  return null;
}

/**
 * The preselected compute: the one that the terminal named, else the only candidate, else the last
 * used one. None when the named one is unavailable, so that one click never leads to another
 * database. A name selects and never authorises: it is looked up among the targets that the person
 * may use anyway.
 */
export function preselect(targets: readonly TargetAccount[], origin: LoginOrigin): ComputeId | null {
  const candidates = candidatesOf(targets, origin.address);
  const named = findNamed(candidates, origin);
  if (named !== null) return named.compute.id;
  const [first] = candidates;
  if (first === undefined || namedTarget(origin) !== null) return null;
  return candidates.length === 1 || first.compute.lastUsed !== null ? first.compute.id : null;
}

/** The target that the terminal named if the person cannot choose it, as it was sent; else null. */
export function findMissingTarget(targets: readonly TargetAccount[], origin: LoginOrigin): string | null {
  return findNamed(candidatesOf(targets, origin.address), origin) === null ? namedTarget(origin) : null;
}

/** A plain `-d` may also be a database that Postern does not know; one with a slash seldom is. */
function namedTarget({ hints, requestedDatabase, databaseIsExplicit }: LoginOrigin): string | null {
  const isPath = databaseIsExplicit && requestedDatabase.includes('/');
  return hints.endpoint ?? hints.project ?? (isPath ? requestedDatabase : null);
}

interface Candidate {
  readonly account: TargetAccount;
  readonly project: TargetAccount['projects'][number];
  readonly compute: TargetCompute;
}

export function candidatesOf(targets: readonly TargetAccount[], terminalAddress: string): Candidate[] {
  return targets.flatMap((account) =>
    account.projects.flatMap((project) =>
      project.computes
        .filter((compute) => obstacleOf(compute, terminalAddress) === null)
        .map((compute) => ({ account, project, compute })),
    ),
  );
}

/**
 * What others share counts by its names after everything of one's own: anybody can share a project
 * with a person, and call it and its databases like theirs.
 */
function findNamed(candidates: readonly Candidate[], origin: LoginOrigin): Candidate | null {
  const own = candidates.filter((candidate) => !isForeign(candidate));
  for (const some of [own, candidates]) {
    for (const isMeant of meanings(origin)) {
      const found = some.find(isMeant);
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** Shared by others, and never used by this person. */
function isForeign({ account, compute }: Candidate): boolean {
  return account.kind === 'shared' && compute.lastUsed === null;
}

function meanings({
  hints,
  requestedDatabase,
  databaseIsExplicit,
}: LoginOrigin): ((candidate: Candidate) => boolean)[] {
  const { endpoint, project: projectHint } = hints;
  if (endpoint !== null) return [({ compute }) => isNamed(compute, endpoint)];
  if (projectHint !== null) return [({ project }) => isNamed(project, projectHint)];
  if (!databaseIsExplicit) return [];
  // psql -d database, which may have a slash in its name, or -d project, or -d account/project
  const [accountName = '', projectName = '', ...rest] = requestedDatabase.split('/');
  return [
    ({ compute }) => compute.databases.includes(requestedDatabase),
    ({ project }) => isNamed(project, requestedDatabase),
    ({ account, project }) => rest.length === 0 && isNamed(account, accountName) && isNamed(project, projectName),
  ];
}

function isNamed({ id, name }: { readonly id: string; readonly name: string }, hint: string): boolean {
  return hint === id || hint.toLowerCase() === name.toLowerCase();
}

// RFC 1918, RFC 6598, RFC 4193, link-local
const PRIVATE = parseNetworks([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  'fe80::/10',
  '169.254.0.0/16',
]);

const GATEWAY = 'the gateway’s own machine';

/** Such as `private network`; null for an address of the internet. */
export function networkInWords(terminal: Located): string | null {
  const locality = localityOf(terminal);
  switch (locality.kind) {
    case 'forwarded':
      return 'a port forward, so anybody who can use it';
    case 'local':
      return locality.unixUser === null ? GATEWAY : `${GATEWAY}, Unix user ${locality.unixUser}`;
    case 'remote':
      return PRIVATE.includes(terminal.address) ? 'private network' : null;
    default:
      return assertNever(locality);
  }
}
