// The page with connection strings: for a database, a role and a compute of the project. The password is shown only by
// the form that reveals it.

import { z } from 'zod';
import { ConnectPage } from '../../../../web/pages/console/project/connect-page.tsx';
import { type Compute, shownName } from '../../../catalogue/compute-rows.ts';
import { listComputes } from '../../../catalogue/computes.ts';
import { listDatabaseRoles } from '../../../catalogue/database-role-rows.ts';
import { revealDatabaseRolePassword } from '../../../catalogue/database-roles.ts';
import { listDatabases } from '../../../catalogue/databases.ts';
import { personalAccountId } from '../../../ids.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { psqlCommand } from '../../home-routes.ts';
import type { Again } from '../form-route.ts';
import { parseForm } from '../form-route.ts';
import { queryText } from '../visit.ts';
import { connectionStrings } from './connection-strings.ts';
import { mayHere, type ProjectVisit, projectView } from './open-project.ts';

interface Wish {
  readonly database: string;
  readonly role: string;
  readonly compute: string;
}

export async function showConnect(visit: ProjectVisit, again?: Again): Promise<void> {
  await sendConnectPage(visit, wishOf(visit), { password: null, again });
}

/** Answers with the same page, the password filled in; reading it is audited by the catalogue. */
export async function revealInStrings(visit: ProjectVisit): Promise<void> {
  const { parts, context, project, branch } = visit;
  const text = z.string().max(256);
  const wish = parseForm(visit, z.object({ database: text, role: text, compute: text }));
  const place = { projectId: project.id, branchId: branch.id, name: wish.role };
  const password = await revealDatabaseRolePassword(parts.catalogue, context, place);
  await sendConnectPage(visit, wish, { password });
}

async function sendConnectPage(
  visit: ProjectVisit,
  wish: Wish,
  { password, again }: { readonly password: Secret | null; readonly again?: Again | undefined },
): Promise<void> {
  const { parts, request, response, project, branch, place, person } = visit;
  const [databases, allRoles, computes] = await Promise.all([
    listDatabases(parts.catalogue.db, branch.id),
    listDatabaseRoles(parts.catalogue.db, branch.id),
    listComputes(parts.catalogue, project.id),
  ]);
  const roles = allRoles.filter((role) => role.mayLogin);
  const database = databases.find(({ name }) => name === wish.database) ?? databases[0] ?? null;
  const role = roles.find(({ name }) => name === wish.role) ?? roles[0] ?? null;
  const compute = computes.find(({ id }) => id === wish.compute) ?? computes[0] ?? null;
  const strings =
    database === null || role === null || compute === null
      ? []
      : connectionStrings({
          ...publicPlace(visit),
          database: database.name,
          databaseRole: role.name,
          computeId: needsNaming(visit, compute, computes) ? compute.id : null,
          password: password?.reveal() ?? null,
          projectName: cleanForPage(project.name),
        });
  parts.renderer.send(request, response, ConnectPage, {
    view: projectView(visit, 'connect', again),
    place,
    psqlCommand: psqlCommand(parts.config, parts.address),
    databases: databases.map(({ name }) => name),
    roles: roles.map(({ name, isReadOnly }) => ({ name, isReadOnly })),
    computes: computes.map((each) => ({ id: each.id, name: cleanForPage(shownName(each)) })),
    picked: { database: database?.name ?? '', role: role?.name ?? '', compute: compute?.id ?? '' },
    strings,
    password: password?.reveal() ?? null,
    mayReveal: role?.hasPassword === true && mayHere(visit, 'database_role.reveal_password'),
    tokensPath: `/app/${personalAccountId(person.userId)}/access-tokens/new?compute=${compute?.id ?? ''}`,
  });
}

function wishOf(visit: ProjectVisit): Wish {
  return {
    database: queryText(visit, 'database'),
    role: queryText(visit, 'role'),
    compute: queryText(visit, 'compute'),
  };
}

function publicPlace({ parts }: ProjectVisit) {
  return { host: parts.config.pg.publicHost ?? new URL(parts.address.url).hostname, port: parts.config.pg.port };
}

/** Names of hosted roles exist once; those of an attached Postgres may exist elsewhere too. */
function needsNaming({ project }: ProjectVisit, compute: Compute, computes: readonly Compute[]): boolean {
  return project.creationSource === 'attached' || compute.id !== computes[0]?.id;
}
