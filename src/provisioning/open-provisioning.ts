// Opens the hosts of an installation, the policy of dialling computes, and provisioning.

import { moveHostedComputes } from '../catalogue/projects/compute-states.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { Closers } from '../closers.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import { parseNetworks } from '../network-address.ts';
import { cachedLookup, lookupAddresses } from '../wire/dial/dial-address.ts';
import type { DialEndpoint, DialPolicy } from '../wire/dial/dial-policy.ts';
import { RECOVERIES } from './hosted/recoveries.ts';
import { closeCatalogueOnce } from './hosts/close-catalogue.ts';
import { type HostSource, Hosts } from './hosts/hosts.ts';
import type { ProvisioningParts } from './hosts/provisioning-parts.ts';
import { recoverOperation } from './journal/run-operation.ts';
import { createTakeOvers, type TakeOvers } from './journal/take-overs.ts';
import { createProvisioning, type Provisioning } from './provisioning.ts';

export interface ProvisioningOptions {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly sources: readonly HostSource[];
  /** Postern's own endpoints, never to be dialled for a compute unless they host projects. */
  readonly ownEndpoints: readonly DialEndpoint[];
  readonly clock: Clock;
  readonly log: Log;
  readonly closers: Closers;
}

export interface OpenedProvisioning {
  readonly provisioning: Provisioning;
  readonly dialPolicy: DialPolicy;
  readonly hosts: Hosts;
  /** Not started. */
  readonly takeOvers: TakeOvers;
}

export async function openProvisioning(options: ProvisioningOptions): Promise<OpenedProvisioning> {
  const { config, catalogue, sources, ownEndpoints, clock, log, closers } = options;
  const hosting: DialEndpoint[] = [];
  const hosts = new Hosts({
    sources,
    log,
    onOpened: async ({ id, address }) => {
      hosting.push(address);
      await moveHostedComputes(catalogue, { hostId: id, host: address.host, port: address.port });
    },
  });
  closers.add('hosts', () => hosts.close());
  await hosts.start();
  const isHost = (own: DialEndpoint) => hosting.some((host) => host.host === own.host && host.port === own.port);
  const forbidden = ownEndpoints.filter((own) => !isHost(own));
  const dialPolicy: DialPolicy = {
    allowedNetworks: parseNetworks(config.upstream.allowedNetworks),
    allowedPorts: config.upstream.allowedPorts,
    listed: [],
    forbidden,
    lookup: cachedLookup({ lookup: lookupAddresses, hosts: new Set(forbidden.map(({ host }) => host)) }),
  };
  const parts: ProvisioningParts = {
    catalogue,
    hosts,
    dialPolicy,
    clock,
    log,
    recover: (operation, host) => recoverOperation(parts, { host, operation, recovery: RECOVERIES[operation.purpose] }),
    closeCatalogue: closeCatalogueOnce(catalogue, log),
  };
  const takeOvers = createTakeOvers(parts);
  closers.add('taking over operations', () => takeOvers.close());
  return { provisioning: createProvisioning(parts), dialPolicy, hosts, takeOvers };
}
