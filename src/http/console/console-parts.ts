// What the console's routes work with.

import type { HttpDependencies } from '../http-dependencies.ts';
import type { PageRenderer } from '../pages/page-renderer.ts';
import type { PublicAddress } from '../public-address.ts';

export interface ConsoleParts
  extends Pick<
    HttpDependencies,
    'catalogue' | 'config' | 'provisioning' | 'grants' | 'liveConnections' | 'auditTrail' | 'clock' | 'log'
  > {
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
}
