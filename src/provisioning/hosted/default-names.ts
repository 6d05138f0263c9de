// The names that a project's database and roles get where nobody chose any: made of the project's
// name, while nothing else is called so.

import type { ProjectId } from '../../ids.ts';
import type { HostServer } from '../hosts/host-server.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';

/** Leaves room for suffixes within the 63 bytes of an identifier. */
const MAX_STEM_CHARACTERS = 40;

/** Of the server itself, of ours, and words that SQL takes only in quotes. */
const RESERVED = /^(pg_|postern|template\d*$|postgres$|public$|root$|user$|default$|all$|none$)/;

/** `My first project` → `my_first_project`; null where nothing useful is left. Pure. */
export function stemOfName(projectName: string): string | null {
  const stem = projectName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, MAX_STEM_CHARACTERS)
    .replace(/^_+|_+$/g, '');
  if (!/^[a-z]/.test(stem) || RESERVED.test(stem)) return null;
  return stem;
}

/** With the number of the project's id, which nothing else has. Pure. */
export function numberedStem(projectId: ProjectId, name: string | undefined): string {
  const stem = name === undefined ? null : stemOfName(name);
  return stem === null ? projectId.replaceAll('-', '_') : `${stem}_${projectId.slice(projectId.lastIndexOf('-') + 1)}`;
}

export function hostedNames(stem: string) {
  return { owner: `${stem}_owner`, reader: `${stem}_reader`, database: stem } as const;
}

/**
 * The plain names, while they are free on the host and in every project, so that the role belongs
 * to one project without it being named (docs/decisions/023); null otherwise.
 */
export async function findFreeStem(
  { catalogue }: ProvisioningParts,
  host: HostServer,
  name: string | undefined,
): Promise<string | null> {
  const stem = name === undefined ? null : stemOfName(name);
  if (stem === null) return null;
  const { owner, reader, database } = hostedNames(stem);
  const names = [owner, reader, database];
  const onHost =
    'SELECT rolname FROM pg_roles WHERE rolname = ANY($1) UNION SELECT datname FROM pg_database WHERE datname = ANY($1)';
  if ((await host.query(onHost, [names])).length > 0) return null;
  const [used, role] = await Promise.all([
    catalogue.db.selectFrom('databases').select('name').where('name', '=', database).limit(1).execute(),
    catalogue.db.selectFrom('database_roles').select('name').where('name', 'in', [owner, reader]).limit(1).execute(),
  ]);
  return used.length + role.length > 0 ? null : stem;
}
