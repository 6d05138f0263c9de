// A person with much to choose from.

import { createCompute } from '../../../src/catalogue/projects/create-compute.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';

/** A person with projects of several accounts, one with two computes, one that cannot be chosen. */
export async function busyDeveloper({ web }: { readonly web: WebForTests }): Promise<PersonForTests> {
  const person = await addPerson(web.catalogue, 'sam');
  const organization = await addOrganization(web.catalogue, person);
  for (const name of ['ledger', 'search', 'telemetry', 'mail']) await addProject(web.catalogue, person.accountId, name);
  for (const name of ['warehouse', 'billing', 'analytics']) await addProject(web.catalogue, organization.id, name);
  const { project, branchId } = await addProject(web.catalogue, organization.id, 'shop');
  const place = { project, branchId, hostId: null, host: 'replica.internal', port: 5432, state: 'idle' } as const;
  const tls = { mode: 'verify-full', ca: null, serverName: null, clientCertificate: null } as const;
  const replica = { ...place, tls, type: 'read_only' } as const;
  await createCompute(web.catalogue, SYSTEM_CONTEXT, { ...replica, name: 'replica' });
  await createCompute(web.catalogue, SYSTEM_CONTEXT, { ...replica, name: 'reports', passwordlessAccess: false });
  return person;
}
