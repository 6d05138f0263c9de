// What a transfer of projects took away: access of the people and tokens of the account that they left. Guests, and
// people who belong to both accounts, go on.

import { listPeopleOfAccount } from '../catalogue/accounts/people-of-account.ts';
import type { Project } from '../catalogue/projects/projects.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { AccessTokenId, AccountId, ProjectId, UserId } from '../ids.ts';
import { type AccessEnders, endAccess } from './end-access.ts';

/** Beyond this many pairs of person and project, everybody's access to the projects is ended. */
const MAX_PAIRS = 1_000;

export interface Transferred {
  readonly sourceAccountId: AccountId;
  readonly projects: readonly Project[];
  /** Access tokens that died with the move. */
  readonly tokenIds: readonly AccessTokenId[];
}

export async function endAccessAfterTransfer(
  parts: AccessEnders & { readonly catalogue: Catalogue },
  { sourceAccountId, projects, tokenIds }: Transferred,
): Promise<void> {
  for (const accessTokenId of tokenIds) await parts.liveConnections.endWhere({ accessTokenId });
  const destination = projects[0]?.accountId;
  if (destination === undefined) return;
  const remaining = new Set(await listPeopleOfAccount(parts.catalogue.db, destination));
  const before = await listPeopleOfAccount(parts.catalogue.db, sourceAccountId);
  const lost = before.filter((userId) => !remaining.has(userId));
  for (const owners of pairs(lost, projects)) await endAccess(parts, owners);
}

function pairs(
  people: readonly UserId[],
  projects: readonly Project[],
): Array<{ projectId: ProjectId; userId?: UserId }> {
  const projectIds = projects.map((project) => project.id);
  if (people.length * projectIds.length > MAX_PAIRS) return projectIds.map((projectId) => ({ projectId }));
  return projectIds.flatMap((projectId) => people.map((userId) => ({ projectId, userId })));
}
