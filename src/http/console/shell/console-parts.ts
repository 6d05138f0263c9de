// What the console's routes work with.

import type { PublicAddress } from '../../../config/public-address.ts';
import type { Mailer } from '../../../mail/mail.ts';
import type { ConsumptionHistory } from '../../../metering/frames/consumption-history.ts';
import type { HttpDependencies } from '../../request/http-dependencies.ts';
import type { PageRenderer } from '../../request/page-renderer.ts';

export interface ConsoleParts
  extends Pick<
    HttpDependencies,
    'catalogue' | 'config' | 'provisioning' | 'grants' | 'liveConnections' | 'auditTrail' | 'limits' | 'clock'
  > {
  readonly consumption: ConsumptionHistory;
  readonly mailer: Mailer;
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
}
