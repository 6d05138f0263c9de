// Finds catalogue ids by the names that are typed on the command line.

import { findPersonByEmail, getVerifiedPerson } from '../catalogue/accounts/find-person.ts';
import { getUser, type User } from '../catalogue/accounts/users.ts';
import { loadPersonActor } from '../catalogue/rights/actors.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import { type AccountId, idFrom, isOrganizationId, personalAccountId, type UserId } from '../ids.ts';
import { quoted } from '../untrusted-text.ts';

/** `PERSON` is an id or an e-mail. Throws `not_found`, `conflict` for an unverified e-mail. */
export async function getPerson(catalogue: Catalogue, person: string): Promise<User> {
  if (person.includes('@')) return getVerifiedPerson(catalogue.db, person);
  return getUser(catalogue, idFrom<UserId>(person));
}

/** `ACCOUNT` is an organization's id or a `PERSON`. Throws as `getPerson`. */
export async function getAccountId(catalogue: Catalogue, account: string): Promise<AccountId> {
  if (isOrganizationId(account)) return idFrom<AccountId>(account);
  return personalAccountId((await getPerson(catalogue, account)).id);
}

/** The person's actor, to act in that person's name. Throws as `getPerson`. */
export async function personContext(catalogue: Catalogue, person: string): Promise<AuditContext> {
  const { id } = await getPerson(catalogue, person);
  const actor = await loadPersonActor(catalogue, id);
  if (actor === null) throw new PosternError('not_found', { params: { thing: `person ${quoted(person)}` } });
  return { ...SYSTEM_CONTEXT, actor };
}

/** For what is about the e-mail itself. Throws `not_found`. */
export async function getPersonOfAnyEmail(catalogue: Catalogue, person: string): Promise<User> {
  if (!person.includes('@')) return getUser(catalogue, idFrom<UserId>(person));
  const found = await findPersonByEmail(catalogue.db, person);
  if (found.kind === 'unknown') throw new PosternError('person_unknown', { params: { email: person } });
  return found.user;
}
