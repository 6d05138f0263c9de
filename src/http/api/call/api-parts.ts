// What the management API works with: the parts of the node that know the rules, and where this installation is found.

import type { Config } from '../../../config/config.ts';
import type { PublicAddress } from '../../../config/public-address.ts';
import type { Mailer } from '../../../mail/mail.ts';
import type { ConsumptionHistory } from '../../../metering/frames/consumption-history.ts';
import type { HttpDependencies } from '../../request/http-dependencies.ts';

export interface ApiParts
  extends Pick<
    HttpDependencies,
    'catalogue' | 'provisioning' | 'grants' | 'liveConnections' | 'limits' | 'auditTrail' | 'clock'
  > {
  readonly config: Config;
  readonly address: PublicAddress;
  readonly mailer: Mailer;
  readonly consumption: ConsumptionHistory;
}
