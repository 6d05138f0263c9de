// Everything that the web side needs of the other parts, handed in once by postern.ts.

import type { AuditTrail } from '../../audit/audit-queue.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { LiveConnections } from '../../fleet/live-connections.ts';
import type { UserId } from '../../ids.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Log } from '../../log.ts';
import type { TerminalMemory } from '../../login/decide/terminal-memory.ts';
import type { Grants } from '../../login/grant/grants.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ReverseCodes } from '../../login/request/reverse-codes.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Provisioning } from '../../provisioning/provisioning.ts';
import type { RedisClient } from '../../redis/redis-client.ts';

export interface HttpDependencies {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly redis: RedisClient;
  readonly loginRequests: LoginRequests;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly terminalMemory: TerminalMemory;
  readonly auditTrail: AuditTrail;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly provisioning: Provisioning;
  readonly liveConnections: LiveConnections;
  /** Gives the first operator something to connect to. */
  readonly createFirstProject: (userId: UserId) => Promise<void>;
}
