// Deleting a project for good.

import type { Project } from '../../catalogue/projects/projects.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ProjectId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import type { AccessEnders } from '../catalogue-action.ts';

/**
 * Drops the databases and roles of a hosted project, then deletes it with its grants and live
 * connections; an attached Postgres stays as it is. Throws `host_away` before anything is lost,
 * `forbidden`, `not_found`.
 */
export async function deleteProject(
  { provisioning, liveConnections }: AccessEnders & Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  projectId: ProjectId,
): Promise<Project> {
  const project = await provisioning.deleteProject(context, projectId);
  await liveConnections.endNow();
  return project;
}
