// Starts the notifier of a node. It dials as the operator allows tenants to, and through the
// proxies of the environment.

import type { Closers } from '../async/closers.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Config } from '../config/config.ts';
import { OutgoingAgent } from '../config/outgoing-agent.ts';
import type { Log } from '../log.ts';
import type { DialPolicy } from '../wire/dial/dial-policy.ts';
import { createTenantFetch } from '../wire/dial/tenant-fetch.ts';
import { Notifier } from './notifier.ts';

interface NotifierParts {
  readonly config: Pick<Config, 'outgoing'>;
  readonly catalogue: Catalogue;
  readonly dialPolicy: DialPolicy;
  readonly url: string;
  readonly log: Log;
  readonly closers: Closers;
}

export function startNotifier({ config, catalogue, dialPolicy, url, log, closers }: NotifierParts): void {
  const fetch = createTenantFetch({ dialPolicy, outgoing: new OutgoingAgent(config.outgoing) });
  const notifier = new Notifier({ catalogue, fetch, url, log });
  closers.add('the notifier', () => notifier.close());
  notifier.start();
}
