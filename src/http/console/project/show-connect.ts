// The page with connection strings; the password is shown only by the form that reveals it.

import { z } from 'zod';
import { ConnectPage } from '../../../../web/pages/console/project/connect-page.tsx';
import { refreshDatabases, revealRolePassword } from '../../../actions/databases/change-databases-and-roles.ts';
import { findPasswordRoles, isReachedByLink } from '../../../catalogue/access/own-reach.ts';
import { shownName } from '../../../catalogue/projects/compute-rows.ts';
import { listComputes } from '../../../catalogue/projects/computes.ts';
import { listDatabaseRoles } from '../../../catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../../catalogue/projects/databases.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { certificateKind, publicPgHost, publicPgPort } from '../../../config/public-address.ts';
import { personalAccountId } from '../../../ids.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, parseForm, queryText } from '../shell/console-call.ts';
import { type ConnectionString, connectionStrings } from './connection-strings.ts';
import { mayHere, type ProjectCall, projectView } from './open-project.ts';
import { projectPsqlLine } from './psql-line.ts';

const text = z.string().max(256);
const wishSchema = z.object({ database: text, role: text, compute: text });
type Wish = z.output<typeof wishSchema>;

export async function showConnect(call: ProjectCall, again?: Again): Promise<void> {
  await sendConnectPage(call, wishOf(call), { password: null, again });
}

/** Answers with the same page with the password filled in; the catalogue audits that. */
export async function revealInStrings(call: ProjectCall): Promise<void> {
  const { parts, context, project, branch } = call;
  const wish = parseForm(call, wishSchema);
  const place = { projectId: project.id, branchId: branch.id, name: wish.role };
  const password = await revealRolePassword(parts, context, place);
  await sendConnectPage(call, wish, { password });
}

async function sendConnectPage(
  call: ProjectCall,
  wish: Wish,
  { password, again }: { readonly password: Secret | null; readonly again?: Again | undefined },
): Promise<void> {
  const { parts, request, response, place, person, project } = call;
  const offers = await loadOffers(call);
  const picked = pick(offers, wish);
  const { databases, roles, computes } = offers;
  // Tokens of the organization are its admins'; everybody has tokens of their own.
  const isOwn =
    may(person, 'access_tokens.create', accountResource(project.accountId)) && project.accountId === call.account.id;
  const tokensBase = isOwn ? call.base : `/app/${personalAccountId(person.userId)}`;
  const isReached =
    computes.some(({ isDisabled }) => !isDisabled) && (await isReachedByLink(parts.catalogue, person, call.branch.id));
  const props = {
    view: projectView(call, 'connect', again),
    place,
    psqlCommand: isReached ? projectPsqlLine(parts, { project, database: picked?.database.name ?? null }) : null,
    databases: databases.map(({ name }) => name),
    roles: roles.map(({ name, isReadOnly }) => ({ name, isReadOnly })),
    computes: computes.map((each) => ({ id: each.id, name: cleanForPage(shownName(each)) })),
    picked: {
      database: picked?.database.name ?? '',
      role: picked?.role.name ?? '',
      compute: picked?.compute.id ?? '',
    },
    strings: picked === null ? [] : stringsFor(call, picked, password),
    password: password?.reveal() ?? null,
    mayReveal: picked?.role.hasPassword === true && mayHere(call, 'database_role.reveal_password'),
    tokensPath: `${tokensBase}/access-tokens/new?compute=${picked?.compute.id ?? ''}`,
  };
  if (password === null) parts.renderer.send(request, response, ConnectPage, props);
  else await parts.renderer.sendOnce(request, response, ConnectPage, props);
}

/** Of the roles, those whose passwords let this person in. */
async function loadOffers({ parts, project, branch, person }: ProjectCall) {
  const { catalogue } = parts;
  await refreshDatabases(parts, project.id);
  const [databases, roles, computes] = await Promise.all([
    listDatabases(catalogue.db, branch.id),
    listDatabaseRoles(catalogue.db, branch.id),
    listComputes(catalogue, project.id),
  ]);
  const names = roles.filter((role) => role.mayLogin).map(({ name }) => name);
  const reached = await findPasswordRoles(catalogue, person, { branchId: branch.id, names });
  return { databases, roles: roles.filter(({ name }) => reached.has(name)), computes };
}

/** The requested ones, else the first of each; null when the project lacks one of the three. */
function pick({ databases, roles, computes }: Awaited<ReturnType<typeof loadOffers>>, wish: Wish) {
  const database = databases.find(({ name }) => name === wish.database) ?? databases[0];
  const role = roles.find(({ name }) => name === wish.role) ?? roles[0];
  const compute = computes.find(({ id }) => id === wish.compute) ?? computes[0];
  if (database === undefined || role === undefined || compute === undefined) return null;
  return { database, role, compute };
}

function stringsFor(
  call: ProjectCall,
  picked: NonNullable<ReturnType<typeof pick>>,
  password: Secret | null,
): ConnectionString[] {
  const { parts, project } = call;
  return connectionStrings({
    host: publicPgHost(parts.config, parts.address),
    port: publicPgPort(parts.config),
    database: picked.database.name,
    databaseRole: picked.role.name,
    computeId: picked.compute.id,
    password: password?.reveal() ?? null,
    projectName: cleanForPage(project.name),
    certificate: certificateKind(parts.config),
  });
}

function wishOf(call: ProjectCall): Wish {
  return {
    database: queryText(call, 'database'),
    role: queryText(call, 'role'),
    compute: queryText(call, 'compute'),
  };
}
