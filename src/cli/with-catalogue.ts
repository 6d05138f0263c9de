// Gives a command the catalogue and provisioning of the configured installation, whether its server runs or not.

import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { openCatalogue } from '../catalogue/store/open-catalogue.ts';
import { Sealer } from '../catalogue/store/sealing.ts';
import { systemClock } from '../clock.ts';
import { Closers } from '../closers.ts';
import { loadConfig } from '../config/config.ts';
import { startStores } from '../embedded/backing-services.ts';
import { idFrom, type NodeId } from '../ids.ts';
import { createLog } from '../log.ts';
import type { PolicyEnforcers } from '../login/grant/end-what-policy-forbids.ts';
import { openProvisioning } from '../provisioning/open-provisioning.ts';
import type { Provisioning } from '../provisioning/provisioning.ts';
import { openEnforcers } from './open-enforcers.ts';
import type { CommandIo } from './terminal/command-io.ts';

export interface CatalogueTools {
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  /** See openEnforcers. */
  openEnforcers(): Promise<PolicyEnforcers | null>;
}

/** The audit chain of everything done on the command line. */
const NODE_ID = idFrom<NodeId>('command-line');

/** Runs the work and closes everything that was opened for it. */
export async function withCatalogue<T>(io: CommandIo, work: (tools: CatalogueTools) => Promise<T>): Promise<T> {
  const config = loadConfig(io.environment);
  const log = createLog('warn');
  const closers = new Closers(log);
  try {
    const stores = await startStores(config, { log, use: 'command_line' });
    closers.add('stores', () => stores.close());
    const catalogue = await openCatalogue({
      url: stores.databaseUrl,
      log,
      clock: systemClock,
      nodeId: NODE_ID,
      sealer: new Sealer(stores.secretKeys),
      settings: {
        defaultPlan: config.organizations.defaultPlan,
        organizationCreation: config.organizations.creation,
        sharing: config.organizations.sharing,
      },
    });
    closers.add('catalogue', () => catalogue.close());
    const { provisioning } = await openProvisioning({
      config,
      catalogue,
      sources: stores.hosts.map((host) => ({ ...host, startsOnFirstUse: true })),
      ownEndpoints: [],
      clock: systemClock,
      log,
      closers,
    });
    return await work({
      catalogue,
      provisioning,
      openEnforcers: () => openEnforcers({ config, catalogue, log, closers }),
    });
  } finally {
    await closers.closeAll();
  }
}
