// Which of a terminal's grants lead to the target that the client names: one that names another
// needs an approval, and never gets a different database.

import { loadTargetRow, type TargetRow } from '../../catalogue/access/target-row.ts';
import { listTargets } from '../../catalogue/access/targets.ts';
import { loadPersonActor } from '../../catalogue/rights/actors.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { isPosternError } from '../../errors.ts';
import type { Grant } from '../../login/grant/grant.ts';
import type { Client } from '../client/client.ts';
import { type DatabaseWish, isMaintenanceDatabase, isNamed, namesProject } from '../client/database-choice.ts';
import { approvedWish, databaseWish, targetHints } from './login-origin.ts';

export interface FittingGrant {
  readonly grant: Grant;
  readonly wish: DatabaseWish;
}

/** `possible`: an unknown name, since people make databases by SQL. */
type Fit = 'named' | 'possible' | 'elsewhere';

/** In the given order, those that name their target before those that only may have it. */
export async function fittingGrants(
  client: Client,
  grants: readonly Grant[],
  catalogue: Catalogue,
): Promise<FittingGrant[]> {
  const judged = await Promise.all(grants.map((grant) => judge(client, grant, catalogue)));
  const named = judged.filter(({ fit }) => fit === 'named');
  if (named.length > 0) return named;
  const possible = judged.filter(({ fit }) => fit === 'possible');
  const [first] = possible;
  if (first === undefined || (await isProjectOf(first.grant, client.startup.database, catalogue))) return [];
  return possible;
}

async function judge(
  client: Client,
  grant: Grant,
  catalogue: Catalogue,
): Promise<FittingGrant & { readonly fit: Fit }> {
  const wish = approvedWish(client, grant);
  const { endpoint, project } = targetHints(client);
  const isAnywhere = wish.strength === 'none' && endpoint === null && project === null;
  const row = isAnywhere ? null : await findTargetRow(catalogue, grant);
  // A target that no longer exists is found out by the dial.
  if (row === null) return { grant, wish, fit: 'named' };
  const fit = fitOf(client, row);
  const mayFallBack = fit === 'named' || grant.usesLeft !== null || isMaintenanceDatabase(wish.requestedDatabase);
  return { grant, wish: mayFallBack ? wish : { ...wish, strength: 'required' }, fit };
}

function fitOf(client: Client, { account, project, compute, databases }: TargetRow): Fit {
  const { endpoint, project: projectHint } = targetHints(client);
  if (endpoint !== null) return isNamed(compute, endpoint) ? 'named' : 'elsewhere';
  if (projectHint !== null) return isNamed(project, projectHint) ? 'named' : 'elsewhere';
  const { requestedDatabase, strength } = databaseWish(client);
  // Known databases first: one may be called like a project, or have a slash in its name.
  if (strength === 'none' || databases.includes(requestedDatabase)) return 'named';
  if (namesProject(requestedDatabase, { account, project })) return 'named';
  return requestedDatabase.includes('/') ? 'elsewhere' : 'possible';
}

async function findTargetRow(catalogue: Catalogue, { computeId }: Grant): Promise<TargetRow | null> {
  try {
    return await loadTargetRow(catalogue.db, computeId);
  } catch (error) {
    if (isPosternError(error, 'not_found')) return null;
    throw error;
  }
}

/** Whether another project of the grant's person has that name. */
async function isProjectOf({ userId }: Grant, word: string, catalogue: Catalogue): Promise<boolean> {
  const person = await loadPersonActor(catalogue, userId);
  if (person === null) return false;
  const targets = await listTargets(catalogue, person, { search: word });
  return targets.some(({ projects }) => projects.some((project) => isNamed(project, word)));
}
