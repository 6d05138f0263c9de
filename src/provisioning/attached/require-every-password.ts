// By whom an address comes to a project: logins there send it the stored passwords.

import { requirePasswordReach } from '../../catalogue/access/own-reach.ts';
import { listBranches } from '../../catalogue/projects/branches.ts';
import { listDatabaseRoles } from '../../catalogue/projects/database-role-rows.ts';
import { type Project, projectResource } from '../../catalogue/projects/projects.ts';
import type { Actor } from '../../catalogue/rights/actors.ts';
import { requireMay } from '../../catalogue/rights/permissions.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { PosternError } from '../../errors.ts';

/** Throws `forbidden` unless each stored password would be shown to the actor now. */
export async function requireEveryPassword(catalogue: Catalogue, actor: Actor, project: Project): Promise<void> {
  if (actor.kind === 'system') return;
  requireMay(actor, 'database_role.reveal_password', projectResource(catalogue, project));
  for (const { id: branchId } of await listBranches(catalogue, project.id)) {
    for (const { name, hasPassword } of await listDatabaseRoles(catalogue.db, branchId)) {
      if (!hasPassword) continue;
      await requirePasswordReach(catalogue, actor, { branchId, name }).catch((cause: unknown) => {
        throw new PosternError('address_gets_passwords', { params: { role: name }, cause });
      });
    }
  }
}
