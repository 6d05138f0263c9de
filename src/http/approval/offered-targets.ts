// The targets that the approval page offers: a short list, last used first, and search results.

import { listTargets, type TargetAccount } from '../../catalogue/access/targets.ts';
import { loadPersonActor } from '../../catalogue/rights/actors.ts';
import { unmetDemands } from '../../catalogue/rights/counting-relations.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginOrigin } from '../../login/request/login-request.ts';
import type { ApprovalCall } from './approval-parts.ts';
import { pickerAccounts } from './picker-view.ts';

/** With more computes the page would exceed its budget of 60 KB. */
export const MAX_LISTED_COMPUTES = 24;
const MAX_SEARCH_CHARACTERS = 100;

export interface OfferedTargets {
  /** As typed, shortened; empty when nothing was searched for. */
  readonly search: string;
  /** Organizations of the person that ask for a second factor first, by name. */
  readonly demandedBy: readonly string[];
  /** All targets that match the search and may be chosen, up to the catalogue's own limit. */
  readonly found: readonly TargetAccount[];
}

type Deciding = Pick<PersonAtBrowser, 'userId' | 'signIn'>;

/** Those that match `find`, else all; the terminal's hint is included wherever it ranks. */
export async function offeredTargets(
  catalogue: Catalogue,
  { person, origin, find }: { readonly person: Deciding; readonly origin: LoginOrigin; readonly find: unknown },
): Promise<OfferedTargets> {
  const search = typeof find === 'string' ? find.trim().slice(0, MAX_SEARCH_CHARACTERS) : '';
  const known = await loadPersonActor(catalogue, person.userId);
  if (known === null) return { search, found: [], demandedBy: [] };
  const actor = { ...known, viaSignIn: person.signIn.method };
  const hint = hintOf(origin);
  const { address } = origin;
  const database = origin.databaseIsExplicit ? origin.requestedDatabase : null;
  const [found, hinted] = await Promise.all([
    listTargets(catalogue, actor, { search, address, database }),
    hint === null || search !== '' ? [] : listTargets(catalogue, actor, { search: hint, address, database }),
  ]);
  const demandedBy = [...unmetDemands(actor).values()];
  return { search, found: merged(hinted, found), demandedBy };
}

export function listed(found: readonly TargetAccount[], keep: string | null): TargetAccount[] {
  let room = MAX_LISTED_COMPUTES;
  return narrowed(found, ({ id }) => {
    room -= 1;
    return room >= 0 || id === keep;
  });
}

export function computeCount(targets: readonly TargetAccount[]): number {
  return computesOf(targets).length;
}

function hintOf({ hints, requestedDatabase, databaseIsExplicit }: LoginOrigin): string | null {
  const [first = '', second = first] = databaseIsExplicit ? requestedDatabase.split('/') : [];
  const named = hints.endpoint ?? hints.project ?? second;
  return named === '' ? null : named.slice(0, MAX_SEARCH_CHARACTERS);
}

/** The hinted first; an account or project that has both is listed once. */
function merged(hinted: readonly TargetAccount[], found: readonly TargetAccount[]): TargetAccount[] {
  if (hinted.length === 0) return [...found];
  const known = new Set(computesOf(found).map(({ id }) => id));
  const accounts = new Map(found.map((account) => [account.id, account]));
  for (const account of narrowed(hinted, ({ id }) => !known.has(id))) {
    const other = accounts.get(account.id);
    accounts.set(account.id, { ...account, projects: [...account.projects, ...(other?.projects ?? [])] });
  }
  return [...accounts.values()];
}

type Compute = TargetAccount['projects'][number]['computes'][number];

/** Projects and accounts without computes are omitted. */
function narrowed(targets: readonly TargetAccount[], isKept: (compute: Compute) => boolean): TargetAccount[] {
  return targets.flatMap((account) => {
    const projects = account.projects.flatMap((project) => {
      const computes = project.computes.filter(isKept);
      return computes.length === 0 ? [] : [{ ...project, computes }];
    });
    return projects.length === 0 ? [] : [{ ...account, projects }];
  });
}

function computesOf(targets: readonly TargetAccount[]): Compute[] {
  return targets.flatMap(({ projects }) => projects.flatMap(({ computes }) => computes));
}

export async function findTargets({ parts, request, response, person, loginRequest }: ApprovalCall): Promise<void> {
  const { origin } = loginRequest;
  const { find } = request.query;
  const { found } = await offeredTargets(parts.catalogue, { person, origin, find });
  const shown = listed(found, null);
  response.json({
    accounts: pickerAccounts(shown, {
      terminalAddress: origin.address,
      now: parts.services.clock.now(),
      signIn: person.signIn,
    }),
    listedCount: computeCount(shown),
    foundCount: computeCount(found),
  });
}
