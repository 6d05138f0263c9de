// Opens the configured installation for a command, whether its server runs or not.

import type { ActionParts } from '../actions/action-parts.ts';
import type { AccessEnders } from '../actions/define-action.ts';
import { Closers } from '../async/closers.ts';
import { catalogueSettings } from '../catalogue/store/catalogue-settings.ts';
import { type CatalogueOptions, openCatalogue } from '../catalogue/store/open-catalogue.ts';
import { Sealer } from '../catalogue/store/sealing.ts';
import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { type PublicAddress, publicAddress } from '../config/public-address.ts';
import { startStores } from '../embedded/backing-services.ts';
import { readWebPort } from '../embedded/data-folder/web-port.ts';
import { idFrom, type NodeId } from '../ids.ts';
import { createLog } from '../log.ts';
import { createMailer } from '../mail/mailer.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { endpointsOfNodes, openProvisioning } from '../provisioning/open-provisioning.ts';
import type { CommandIo } from './terminal/command-io.ts';

type Tools = 'catalogue' | 'provisioning' | 'mailer' | 'address' | 'config';

export interface CatalogueTools extends Pick<ActionParts, Tools>, AccessEnders {}

/** The nodes that run read within seconds what the change took away. */
function leftToNodes({ stderr }: CommandIo): AccessEnders {
  return {
    liveConnections: { endNow: async () => 'under_way' },
    onUnderWay: () => void stderr.write('The change is made. Running nodes end within seconds what rested on it.\n'),
  };
}

/** Of the server that runs, also where it took another port than the configured one. */
async function consoleAddress({ http, dataDir }: Config): Promise<PublicAddress> {
  const port = http.portMayDiffer ? await readWebPort(dataDir) : null;
  return publicAddress(http, port ?? http.port);
}

/** Node id of the audit chain of the command line. */
const NODE_ID = idFrom<NodeId>('command-line');

export async function withCatalogue<T>(
  io: CommandIo,
  work: (tools: CatalogueTools) => Promise<T>,
  workingAs: CatalogueOptions['workingAs'] = 'application',
): Promise<T> {
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
      workingAs,
      sealer: new Sealer(stores.secretKeys),
      settings: catalogueSettings(config),
    });
    closers.add('catalogue', () => catalogue.close());
    const { provisioning } = await openProvisioning({
      config,
      catalogue,
      sources: stores.hosts.map((host) => ({ ...host, startsOnFirstUse: true })),
      ownEndpoints: await endpointsOfNodes(config, stores),
      clock: systemClock,
      log,
      closers,
    });
    const metrics = createMetrics();
    closers.add('metrics', () => metrics.close());
    const mailer = createMailer({ config, log, metrics });
    closers.add('mail', () => mailer.close());
    const address = await consoleAddress(config);
    return await work({ catalogue, provisioning, mailer, address, config, ...leftToNodes(io) });
  } finally {
    await closers.closeAll();
  }
}
