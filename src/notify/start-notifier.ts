// Starts the notifier of a node.

import type { Closers } from '../async/closers.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Log } from '../log.ts';
import type { TenantFetch } from '../wire/dial/tenant-fetch.ts';
import { Notifier } from './notifier.ts';

interface NotifierParts {
  readonly catalogue: Catalogue;
  readonly fetch: TenantFetch;
  readonly url: string;
  readonly log: Log;
  readonly closers: Closers;
}

export function startNotifier({ catalogue, fetch, url, log, closers }: NotifierParts): void {
  const notifier = new Notifier({ catalogue, fetch, url, log });
  closers.add('the notifier', () => notifier.close());
  notifier.start();
}
