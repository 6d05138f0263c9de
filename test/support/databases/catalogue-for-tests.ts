// A catalogue on a fresh database, closed with its test, and people, organizations and projects to
// put into it.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Account } from '../../../src/catalogue/accounts/accounts.ts';
import { addMember, type Membership } from '../../../src/catalogue/accounts/memberships.ts';
import { createOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { type RegisteredProject, registerProject } from '../../../src/catalogue/projects/register-project.ts';
import { loadPersonActor, type PersonActor } from '../../../src/catalogue/rights/actors.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { type CatalogueOptions, openCatalogue } from '../../../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { type AccountId, newNodeId, personalAccountId, type UserId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { createCatalogueDatabase } from './postgres-for-tests.ts';

export interface CatalogueForTests extends Catalogue {
  readonly url: string;
}

/** A clock that tests set. */
export interface PushedClock extends Clock {
  push(ms: number): void;
}

export function pushedClock(start = new Date('2026-03-04T05:06:07.008Z')): PushedClock {
  let now = start.getTime();
  return { now: () => new Date(now), push: (ms) => (now += ms) };
}

export function newSealingKey(): Secret {
  return new Secret(randomBytes(32).toString('base64'));
}

/** An open catalogue on its own database; both end with the test. */
export async function openTestCatalogue(options: Partial<CatalogueOptions> = {}): Promise<CatalogueForTests> {
  const database = await createCatalogueDatabase();
  onTestFinished(() => database.close());
  const catalogue = await openCatalogueOn(database.url, options);
  return { ...catalogue, url: database.url };
}

/**
 * One catalogue for all tests of a file, opened before the first; call it in a describe block or at
 * the top.
 */
export function useTestCatalogue(options: Partial<CatalogueOptions> = {}): () => CatalogueForTests {
  let opened: CatalogueForTests | null = null;
  let close = async () => {};
  beforeAll(async () => {
    const database = await createCatalogueDatabase();
    const catalogue = await openCatalogue(catalogueOptions(database.url, options));
    opened = { ...catalogue, url: database.url };
    close = async () => {
      await catalogue.close();
      await database.close();
    };
  });
  afterAll(() => close());
  return () => {
    if (opened === null) throw new Error('the catalogue is opened before the first test');
    return opened;
  };
}

/** Another node's catalogue on an existing database; closed with the test. */
export async function openCatalogueOn(url: string, options: Partial<CatalogueOptions> = {}): Promise<Catalogue> {
  const catalogue = await openCatalogue(catalogueOptions(url, options));
  onTestFinished(() => catalogue.close());
  return catalogue;
}

function catalogueOptions(url: string, options: Partial<CatalogueOptions>): CatalogueOptions {
  return {
    url: new Secret(url),
    log: createLog('silent'),
    clock: systemClock,
    sealer: new Sealer([newSealingKey()]),
    nodeId: newNodeId(),
    ...options,
  };
}

/** A person without a password; the name is made unique, the e-mail is `<name>@example.com`. */
export async function addPerson(catalogue: Catalogue, prefix: string): Promise<PersonForTests> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const user = await createUser(catalogue, SYSTEM_CONTEXT, { email: `${name}@example.com`, name, password: null });
  return { userId: user.id, email: user.email, accountId: personalAccountId(user.id) };
}

export interface PersonForTests {
  readonly userId: UserId;
  readonly email: string;
  readonly accountId: AccountId;
}

/** The person acting now, with the memberships and shares of this moment. */
export async function actingAs(
  catalogue: Catalogue,
  { userId }: Pick<PersonForTests, 'userId'>,
): Promise<AuditContext> {
  return { ...SYSTEM_CONTEXT, actor: await actorOf(catalogue, userId) };
}

export async function actorOf(catalogue: Catalogue, userId: UserId): Promise<PersonActor> {
  const actor = await loadPersonActor(catalogue, userId);
  if (actor === null) throw new Error(`there is no person ${userId}`);
  return actor;
}

/** An organization with that admin. */
export async function addOrganization(catalogue: Catalogue, admin: PersonForTests): Promise<Account> {
  return createOrganization(catalogue, SYSTEM_CONTEXT, { name: 'Example Org', admin: subjectOf(admin) });
}

/** Makes the person a member of the organization. */
export async function addMemberTo(
  catalogue: Catalogue,
  organization: Pick<Account, 'id'>,
  { person, memberRole = 'member' }: { readonly person: PersonForTests; readonly memberRole?: 'admin' | 'member' },
): Promise<Membership> {
  const member = { accountId: organization.id, user: subjectOf(person), memberRole };
  return addMember(catalogue, SYSTEM_CONTEXT, member);
}

/** A person in the form that functions of the catalogue take. */
export function subjectOf({ userId, email }: PersonForTests): { readonly id: UserId; readonly email: string } {
  return { id: userId, email };
}

/**
 * An attached project that is never dialled: role `app`, read-only role `app_reader`, database
 * `appdb`.
 */
export async function addProject(
  catalogue: Catalogue,
  accountId: AccountId,
  name = 'shop',
): Promise<RegisteredProject> {
  return registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId, name, pgVersion: 16, regionId: 'local', creationSource: 'attached' },
    compute: { type: 'read_write', state: 'active', hostId: null, host: 'db.internal', port: 5432, tls: VERIFY_FULL },
    databases: [{ name: 'appdb', ownerName: 'app' }],
    roles: [
      { name: 'app', password: new Secret('app-password') },
      { name: 'app_reader', password: new Secret('reader-password'), isReadOnly: true },
    ],
  });
}

const VERIFY_FULL = { mode: 'verify-full', ca: null, serverName: null, clientCertificate: null } as const;
