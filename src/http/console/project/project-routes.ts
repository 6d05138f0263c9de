// The pages and forms of one project.

import { Router as createRouter, type Router } from 'express';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { type Acting, formRoute, pageRoute, type Showing } from '../shell/form-route.ts';
import * as computes from './change-computes.ts';
import { saveComputePolicy, showComputePolicy } from './compute-policy.ts';
import * as databases from './databases-and-roles.ts';
import { askEndConnection, endProjectConnection } from './end-project-connection.ts';
import { openProject, type ProjectCall } from './open-project.ts';
import * as settings from './settings-page.ts';
import * as sharing from './sharing.ts';
import { revealInStrings, showConnect } from './show-connect.ts';
import { showConsumption } from './show-consumption.ts';
import { showOverview } from './show-overview.ts';

type Show = Showing<ProjectCall>;
type Act = Acting<ProjectCall>;

const PROJECT = '/app/:accountId/projects/:projectId';

/** Path, page. */
const PAGES: ReadonlyArray<readonly [string, Show]> = [
  ['', showOverview],
  ['/connect', showConnect],
  ['/databases', databases.showDatabases],
  ['/consumption', showConsumption],
  ['/sharing', sharing.showSharing],
  ['/settings', settings.showProjectSettings],
  ['/connections/:connectionId/end', askEndConnection],
  ['/computes/new', computes.showNewCompute],
  ['/computes/:computeId/policy', showComputePolicy],
  ['/computes/:computeId/delete', computes.askDeleteCompute],
  ['/databases/:name/delete', databases.askDeleteDatabase],
  ['/databases/roles/:name/reset', databases.askResetPassword],
  ['/databases/roles/:name/delete', databases.askDeleteRole],
  ['/sharing/:shareId/remove', sharing.askUnshare],
  ['/delete', settings.askDeleteProject],
];

/** Path, handler of the form, and the page shown again when it is refused. */
const FORMS: ReadonlyArray<readonly [string, Act, Show]> = [
  ['/connect/reveal', revealInStrings, showConnect],
  ['/connections/:connectionId/end', endProjectConnection, askEndConnection],
  ['/computes/new', computes.addCompute, computes.showNewCompute],
  ['/computes/:computeId/start', computes.startCompute, showOverview],
  ['/computes/:computeId/suspend', computes.suspendCompute, showOverview],
  ['/computes/:computeId/link-login', computes.switchLinkLogin, showOverview],
  ['/computes/:computeId/policy', saveComputePolicy, showComputePolicy],
  ['/computes/:computeId/delete', computes.removeCompute, computes.askDeleteCompute],
  ['/databases', databases.createDatabase, databases.showDatabases],
  ['/databases/:name/delete', databases.deleteDatabase, databases.askDeleteDatabase],
  ['/databases/roles', databases.createRole, databases.showDatabases],
  ['/databases/roles/:name/reveal', databases.revealPassword, databases.showDatabases],
  ['/databases/roles/:name/reset', databases.resetPassword, databases.askResetPassword],
  ['/databases/roles/:name/delete', databases.deleteRole, databases.askDeleteRole],
  ['/sharing', sharing.share, sharing.showSharing],
  ['/sharing/:shareId/remove', sharing.unshare, sharing.askUnshare],
  ['/settings', settings.renameProject, settings.showProjectSettings],
  ['/transfer', settings.transferProject, settings.showProjectSettings],
  ['/delete', settings.deleteProject, settings.showProjectSettings],
];

export function projectRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  for (const [path, show] of PAGES) router.get(PROJECT + path, pageRoute(parts, openProject, show));
  for (const [path, act, show] of FORMS) router.post(PROJECT + path, formRoute(parts, openProject, { act, show }));
  return router;
}
