// What lists call a compute: by its project and its own name.

import { findComputes, shownName } from '../../../catalogue/projects/compute-rows.ts';
import { findProjects } from '../../../catalogue/projects/projects.ts';
import type { Catalogue } from '../../../catalogue/store/catalogue.ts';
import type { ComputeId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';

/** `shop, main` for each compute that still exists. */
export async function namesOfComputes({ db }: Catalogue, ids: readonly ComputeId[]): Promise<Map<ComputeId, string>> {
  const computes = await findComputes(db, ids);
  const projectIds = [...computes.values()].map(({ projectId }) => projectId);
  const projects = await findProjects(db, projectIds);
  return new Map(
    ids.map((id): [ComputeId, string] => {
      const compute = computes.get(id);
      const project = compute === undefined ? undefined : projects.get(compute.projectId);
      if (compute === undefined || project === undefined) return [id, id];
      return [id, `${cleanForPage(project.name)}, ${cleanForPage(shownName(compute))}`];
    }),
  );
}
