// What the first operator finds after setting up: a project, and with --demo an organization.

import { createOrganization, listOrganizationsOf } from '../catalogue/accounts/organizations.ts';
import { getUser } from '../catalogue/accounts/users.ts';
import { createCompute } from '../catalogue/projects/create-compute.ts';
import { loadPersonActor } from '../catalogue/rights/actors.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { personalAccountId, type UserId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { HostedProject } from './hosted/create-hosted-project.ts';
import type { Hosts } from './hosts/hosts.ts';
import type { Provisioning } from './provisioning.ts';

export interface WelcomeParts extends DemoParts {
  readonly log: Log;
  readonly demo: 'with' | 'without';
}

const PROJECT_NAME = 'My first project';

/** Where no server hosts projects, only logs a line: the person then attaches one. */
export async function welcomeOperator(parts: WelcomeParts, userId: UserId): Promise<void> {
  const { catalogue, provisioning, log, demo } = parts;
  if (provisioning.listRegions().length === 0) {
    log.info('no server hosts projects, so the first one is to be attached');
    return;
  }
  const actor = await loadPersonActor(catalogue, userId);
  if (actor === null) return;
  const input = { accountId: personalAccountId(userId), name: PROJECT_NAME };
  await provisioning.createHostedProject({ ...SYSTEM_CONTEXT, actor }, input);
  if (demo === 'with') await ensureDemoOrganization(parts, userId);
}

/** For a start with --demo after the set-up: the first operator gets the demo now. */
export async function welcomeBack(parts: WelcomeParts): Promise<void> {
  if (parts.demo === 'without') return;
  const operator = await parts.catalogue.db
    .selectFrom('users')
    .select('id')
    .where('is_operator', '=', true)
    .orderBy('created_at', 'asc')
    .executeTakeFirst();
  if (operator !== undefined) await ensureDemoOrganization(parts, operator.id);
}

export interface DemoParts {
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  readonly hosts: Hosts;
}

const ORGANIZATION_NAME = 'Example Org';

/** Does nothing for a person who has such an organization, or where no server hosts projects. */
export async function ensureDemoOrganization(parts: DemoParts, userId: UserId): Promise<void> {
  const { catalogue, provisioning } = parts;
  if (provisioning.listRegions().length === 0) return;
  const organizations = await listOrganizationsOf(catalogue, userId);
  if (organizations.some((organization) => organization.name === ORGANIZATION_NAME)) return;
  const admin = await getUser(catalogue, userId);
  const { id: accountId } = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: ORGANIZATION_NAME, admin });
  const shop = await provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId, name: 'shop' });
  await provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId, name: 'billing' });
  await addReportsCompute(parts, shop);
}

/** A second way into the same database, as a read replica would be. */
async function addReportsCompute({ catalogue, hosts }: DemoParts, { project, branchId, compute }: HostedProject) {
  const host = await hosts.get(compute.hostId ?? '');
  await createCompute(catalogue, SYSTEM_CONTEXT, {
    project,
    branchId,
    name: 'reports',
    type: 'read_only',
    state: 'active',
    hostId: host.id,
    ...host.address,
    isListed: true,
  });
}
