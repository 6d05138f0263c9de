// Many projects at once, as rows: for lists whose length is the subject.

import { randomInt } from 'node:crypto';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { type AccountId, idFrom, newBranchId, newProjectId, type ProjectId } from '../../../src/ids.ts';

/** Their ids in the order in which lists give them: newest first. */
export async function insertProjects({ db }: Catalogue, accountId: AccountId, count: number): Promise<ProjectId[]> {
  const newest = Date.now();
  const projects = Array.from({ length: count }, (_, index) => {
    // Some share their time, so that a page can end between two of the same moment.
    const created_at = new Date(newest - Math.floor(index / 3) * 1_000);
    return {
      id: idFrom<ProjectId>(`${newProjectId()}${randomInt(1_000)}`),
      account_id: accountId,
      name: `project ${index}`,
      pg_version: 16,
      region_id: 'local',
      creation_source: 'attached' as const,
      settings: '{}',
      default_endpoint_settings: '{}',
      history_retention_seconds: 0,
      store_passwords: true,
      created_by: null,
      created_at,
      updated_at: created_at,
    };
  });
  await db.insertInto('projects').values(projects).execute();
  const branches = projects.map(({ id, created_at }) => ({
    ...{ id: newBranchId(), project_id: id, name: 'main', is_default: true, is_protected: false },
    ...{ created_at, updated_at: created_at },
  }));
  await db.insertInto('branches').values(branches).execute();
  return projects
    .toSorted((a, b) => b.created_at.getTime() - a.created_at.getTime() || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}
