// The demo: an organization with two projects, one of them with two computes.

import { createOrganization, listOrganizationsOf } from '../catalogue/accounts/organizations.ts';
import { getUser } from '../catalogue/accounts/users.ts';
import { createCompute } from '../catalogue/projects/create-compute.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import type { UserId } from '../ids.ts';
import type { HostedProject } from './hosted/create-hosted-project.ts';
import type { Hosts } from './hosts/hosts.ts';
import type { Provisioning } from './provisioning.ts';

export interface DemoParts {
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  readonly hosts: Hosts;
}

const NAME = 'Example Org';

/** Does nothing for a person who has such an organization, or where no server hosts projects. */
export async function ensureDemoOrganization(parts: DemoParts, userId: UserId): Promise<void> {
  const { catalogue, provisioning } = parts;
  if (provisioning.listRegions().length === 0) return;
  const organizations = await listOrganizationsOf(catalogue, userId);
  if (organizations.some((organization) => organization.name === NAME)) return;
  const admin = await getUser(catalogue, userId);
  const { id: accountId } = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: NAME, admin });
  const shop = await provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId, name: 'shop' });
  await provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId, name: 'billing' });
  await addReportsCompute(parts, shop);
}

/** A second way into the same database, as a read replica would be. */
async function addReportsCompute(
  { catalogue, hosts }: DemoParts,
  { project, branchId, compute }: HostedProject,
): Promise<void> {
  const host = await hosts.get(compute.hostId ?? '');
  await createCompute(catalogue, SYSTEM_CONTEXT, {
    project,
    branchId,
    name: 'reports',
    type: 'read_only',
    state: 'active',
    hostId: host.id,
    host: host.address.host,
    port: host.address.port,
    isListed: true,
    tls: host.address.tls,
  });
}
