// Finds what a user name would prove by a password: an access token by its public id, or a database
// role of the project that the client names. Compares no password.

import { findAccessToken, type ProvableToken } from '../../catalogue/logins/find-verifier.ts';
import { findRoleOfDatabase, findRoleOfProject, type RoutedRole } from '../../catalogue/logins/route-role.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { PosternError } from '../../errors.ts';
import type { BranchId } from '../../ids.ts';
import type { Client } from '../client/client.ts';
import { isMaintenanceDatabase } from '../client/database-choice.ts';
import { namesDatabase, type TargetHints } from '../client/startup-parameters.ts';
import { targetHints } from './login-origin.ts';

export type PasswordCredential =
  | ({ readonly kind: 'token' } & ProvableToken)
  | { readonly kind: 'role'; readonly role: RoutedRole }
  /** No such token or role: asked for a password anyway, so that names cannot be probed. */
  | { readonly kind: 'unknown_token' }
  | { readonly kind: 'unknown_role'; readonly branchId: BranchId };

// ids.ts: the form of our own ids.
const ACCESS_TOKEN_ID = /^tok-[a-z0-9]{16}$/;

type Parts = { readonly catalogue: Catalogue };

export function isAccessTokenName(user: string): boolean {
  return ACCESS_TOKEN_ID.test(user);
}

/**
 * Null for a client that names neither a token nor a project that would ask for a password. Throws
 * `endpoint_unknown`, `project_unknown`, `store_unavailable`.
 */
export async function findPasswordCredential(client: Client, { catalogue }: Parts): Promise<PasswordCredential | null> {
  const { user, database } = client.startup;
  if (isAccessTokenName(user)) {
    const found = await findAccessToken(catalogue, user);
    return found === null ? { kind: 'unknown_token' } : { kind: 'token', ...found };
  }
  const hints = targetHints(client);
  if (hints.endpoint !== null || hints.project !== null) return await findNamedRole(user, hints, { catalogue });
  if (!mayNameProject(client)) return null;
  const role = await findRoleOfDatabase(catalogue, user, database);
  return role === null ? null : { kind: 'role', role };
}

async function findNamedRole(user: string, hints: TargetHints, { catalogue }: Parts): Promise<PasswordCredential> {
  const route = await findRoleOfProject(catalogue, user, hints);
  if (route?.kind === 'role') return { kind: 'role', role: route.role };
  if (route?.kind === 'no_role') return { kind: 'unknown_role', branchId: route.branchId };
  const { endpoint, project } = hints;
  if (endpoint !== null) throw new PosternError('endpoint_unknown', { params: { compute: endpoint } });
  throw new PosternError('project_unknown', { params: { project: project ?? '' } });
}

/**
 * NOTE: the user's own name says nothing, since libpq repeats it: a role and a database called like
 * somebody's account on a machine would take that person's link away. The maintenance database
 * belongs to nobody, and `account/project` is a person's word.
 */
function mayNameProject({ startup }: Client): boolean {
  const { database } = startup;
  return namesDatabase(startup) && !isMaintenanceDatabase(database) && !database.includes('/');
}
