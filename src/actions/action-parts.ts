// What actions work with. Each action names the few parts that it uses; whoever calls many of them
// holds all of these.

import type { AuditTrail } from '../audit/audit-queue.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { PublicAddress } from '../config/public-address.ts';
import type { LiveConnections } from '../fleet/live-connections.ts';
import type { Limits } from '../limits/limits.ts';
import type { Grants } from '../login/grant/grants.ts';
import type { LoginRequests } from '../login/request/login-requests.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Provisioning } from '../provisioning/provisioning.ts';

export interface ActionParts {
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  readonly grants: Grants;
  readonly loginRequests: LoginRequests;
  readonly liveConnections: LiveConnections;
  readonly auditTrail: Pick<AuditTrail, 'record' | 'countStored'>;
  readonly limits: Limits;
  readonly mailer: Mailer;
  readonly config: Config;
  /** Links in mails begin with it. */
  readonly address: PublicAddress;
  readonly clock: Clock;
}
