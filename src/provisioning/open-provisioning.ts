// Opens the hosts of an installation, the policy of dialling computes, and provisioning.

import type { Closers } from '../async/closers.ts';
import { moveHostedComputes } from '../catalogue/projects/compute-rows.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { OperationPurpose } from '../catalogue/tables/projects-and-computes.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { ProjectId } from '../ids.ts';
import type { Log } from '../log.ts';
import { parseNetworks } from '../network-address.ts';
import type { Secret } from '../secret.ts';
import { cachedLookup, lookupAddresses } from '../wire/dial/dial-address.ts';
import type { DialEndpoint, DialPolicy } from '../wire/dial/dial-policy.ts';
import type { TenantFetch } from '../wire/dial/tenant-fetch.ts';
import { tenantLookup } from '../wire/dial/tenant-lookup.ts';
import { closeCatalogueOnce } from './close-catalogue.ts';
import { POWER_RECOVERY } from './hosted/compute-power.ts';
import { PROJECT_DELETION } from './hosted/delete-hosted-project.ts';
import { UNDO_CREATION } from './hosted/drop-planned.ts';
import { DATABASE_CHANGE, DATABASE_DELETION } from './hosted/hosted-databases.ts';
import { PASSWORD_RESET, ROLE_DELETION } from './hosted/hosted-roles.ts';
import { accountTurns } from './hosts/account-turns.ts';
import { hostAddress } from './hosts/host-address.ts';
import { type HostSource, Hosts } from './hosts/hosts.ts';
import type { ProvisioningParts } from './hosts/provisioning-parts.ts';
import { type Recovery, recoverOperation } from './journal/run-operation.ts';
import { createTakeOvers, type TakeOvers } from './journal/take-overs.ts';
import { keepDatabasesKnown } from './known-databases.ts';
import { RefusedProjects } from './lock-table/refused-projects.ts';
import { LockWatch, type LockWatchParts } from './lock-table/watch-lock-tables.ts';
import { ownEndpoints } from './own-endpoints.ts';
import { createProvisioning, type Provisioning } from './provisioning.ts';
import { tenantFetchOf, webPolicyOf } from './tenant-web.ts';

export interface ProvisioningOptions {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly sources: readonly HostSource[];
  /** Postern's own endpoints, never to be dialled for a compute unless they host projects. */
  readonly ownEndpoints: readonly DialEndpoint[];
  readonly clock: Clock;
  readonly log: Log;
  readonly closers: Closers;
  /** Absent in a command, which watches no host. */
  readonly supervision?: HostSupervision;
}

/** What the watch of the hosts needs of the other rooms. */
interface HostSupervision {
  readonly fleet: { readonly liveConnections: LockWatchParts['liveConnections'] };
  readonly auditTrail: LockWatchParts['auditTrail'];
  readonly limits: { filledLockTable(projectId: ProjectId): Promise<number> };
}

export interface OpenedProvisioning {
  readonly provisioning: Provisioning;
  readonly dialPolicy: DialPolicy;
  readonly tenantFetch: TenantFetch;
  readonly hosts: Hosts;
  /** Not started. */
  readonly takeOvers: TakeOvers;
  /** Not started. */
  readonly lockWatch: LockWatch | null;
}

export async function openProvisioning(options: ProvisioningOptions): Promise<OpenedProvisioning> {
  const { config, catalogue, sources, clock, log, closers } = options;
  const hosting: DialEndpoint[] = [];
  const hosts = new Hosts({
    sources,
    log,
    connectionsPerProject: config.limits.connectionsPerProject,
    onOpened: async ({ id, address }) => {
      hosting.push(address);
      await moveHostedComputes(catalogue, { hostId: id, host: address.host, port: address.port });
    },
  });
  closers.add('hosts', () => hosts.close());
  await hosts.start();
  const isHost = (own: DialEndpoint) => hosting.some((host) => host.host === own.host && host.port === own.port);
  const forbidden = options.ownEndpoints.filter((own) => !isHost(own));
  const dialPolicy = dialPolicyOf(config, forbidden);
  const parts: ProvisioningParts = {
    catalogue,
    hosts,
    dialPolicy,
    webPolicy: webPolicyOf(config, dialPolicy),
    clock,
    log,
    inTurn: accountTurns(),
    recover: (operation, host) => recoverOperation(parts, { host, operation, recovery: RECOVERIES[operation.purpose] }),
    closeCatalogue: closeCatalogueOnce(catalogue, log),
  };
  const takeOvers = createTakeOvers(parts);
  closers.add('taking over operations', () => takeOvers.close());
  const knownDatabases = keepDatabasesKnown(parts);
  closers.add('listing databases', () => knownDatabases.close());
  const { refused, lockWatch } = watchOf(parts, options);
  const provisioning = createProvisioning(parts, knownDatabases, refused);
  return { provisioning, dialPolicy, tenantFetch: tenantFetchOf(config, dialPolicy), hosts, takeOvers, lockWatch };
}

function dialPolicyOf({ upstream }: Config, forbidden: readonly DialEndpoint[]): DialPolicy {
  return {
    allowedNetworks: parseNetworks(upstream.allowedNetworks),
    allowedPorts: upstream.allowedPorts,
    listed: [],
    forbidden,
    lookup: cachedLookup({
      lookup: lookupAddresses,
      others: tenantLookup({ bySystem: lookupAddresses }),
      hosts: new Set(forbidden.map(({ host }) => host)),
    }),
  };
}

function watchOf(parts: ProvisioningParts, { supervision, closers }: ProvisioningOptions) {
  const refused = new RefusedProjects(async (projectId) => (await supervision?.limits.filledLockTable(projectId)) ?? 0);
  if (supervision === undefined) return { refused, lockWatch: null };
  const { auditTrail, fleet } = supervision;
  const lockWatch = new LockWatch({ ...parts, liveConnections: fleet.liveConnections, auditTrail, refused });
  closers.add('watching locks', () => lockWatch.close());
  return { refused, lockWatch };
}

export const RECOVERIES: Readonly<Record<OperationPurpose, Recovery>> = {
  create_project: UNDO_CREATION,
  delete_project: PROJECT_DELETION,
  create_database: UNDO_CREATION,
  change_database: DATABASE_CHANGE,
  delete_database: DATABASE_DELETION,
  create_role: UNDO_CREATION,
  delete_role: ROLE_DELETION,
  reset_role_password: PASSWORD_RESET,
  start_compute: POWER_RECOVERY,
  suspend_compute: POWER_RECOVERY,
};

interface StoresOfCommand {
  readonly databaseUrl: Secret;
  readonly hosts: readonly HostSource[];
}

/** For a command: what no node would dial. The catalogue may be on a server that hosts projects. */
export async function endpointsOfNodes(config: Config, { databaseUrl, hosts }: StoresOfCommand) {
  const running = hosts.filter((host) => !host.startsOnFirstUse);
  const hosting = await Promise.all(running.map(async (host) => hostAddress(await host.url())));
  return ownEndpoints(config, { redisUrl: config.redisUrl, databaseUrl }).filter(
    (own) => !hosting.some(({ host, port }) => own.host === host && own.port === port),
  );
}
