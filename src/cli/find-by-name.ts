// Finds catalogue ids by the names that are typed on the command line.

import { findUserByEmail, type User } from '../catalogue/accounts/users.ts';
import { loadPersonActor } from '../catalogue/rights/actors.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import { type AccountId, idFrom, isOrganizationId, personalAccountId } from '../ids.ts';

/** Throws `not_found`. */
export async function getPerson(catalogue: Catalogue, email: string): Promise<User> {
  const user = await findUserByEmail(catalogue, email);
  if (user === null) throw new PosternError('not_found', { params: { thing: `person "${email}"` } });
  return user;
}

/** `ACCOUNT` is an organization's id or a person's e-mail. Throws `not_found`. */
export async function getAccountId(catalogue: Catalogue, account: string): Promise<AccountId> {
  if (isOrganizationId(account)) return idFrom<AccountId>(account);
  return personalAccountId((await getPerson(catalogue, account)).id);
}

/** The person's actor, to act in that person's name. Throws `not_found`. */
export async function personContext(catalogue: Catalogue, email: string): Promise<AuditContext> {
  const { id } = await getPerson(catalogue, email);
  const actor = await loadPersonActor(catalogue, id);
  if (actor === null) throw new PosternError('not_found', { params: { thing: `person "${email}"` } });
  return { ...SYSTEM_CONTEXT, actor };
}
