// What else a question about a label or a project is about: the projects with that label, and their
// computes; for the page that shows who can reach something.

import { sql } from 'kysely';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { RuleObject } from '../rights/access-rule.ts';
import type { Catalogue } from '../store/catalogue.ts';

/** `label:production`, `project:shop-1`. */
const ABOUT = /^(label|project):(.+)$/;

export interface CoveredPlaces {
  /** Whether a rule about that lets somebody reach one of the places. */
  touches(object: RuleObject): boolean;
}

/** Does not check permissions. Anything else than a label or a project is about everything. */
export async function findCoveredPlaces(
  { db }: Catalogue,
  accountId: AccountId,
  about: string,
): Promise<CoveredPlaces> {
  const [, kind, name = ''] = ABOUT.exec(about) ?? [];
  if (kind === undefined) return { touches: () => true };
  const { rows } = await sql<{ project_id: ProjectId; label: string | null; compute_ids: readonly ComputeId[] }>`
    select project.id as project_id, project.label,
      array(select compute.id from computes compute where compute.project_id = project.id) as compute_ids
    from projects project where project.account_id = ${accountId}
      and ${kind === 'label' ? sql.ref('project.label') : sql.ref('project.id')} = ${name}`.execute(db);
  const places = new Set<string>([
    ...rows.flatMap(({ project_id: id, label, compute_ids: ids }) => [id, ...ids, `label:${label}`]),
    ...(kind === 'label' ? [about] : []),
  ]);
  return { touches: (object) => object.kind === 'account' || places.has(keyOf(object)) };
}

function keyOf(object: Exclude<RuleObject, { readonly kind: 'account' }>): string {
  if (object.kind === 'label') return `label:${object.label}`;
  return object.kind === 'project' ? object.projectId : object.computeId;
}
