// What the HTTP side needs from other rooms, passed in by postern.ts.

import type { ActionParts } from '../../actions/action-parts.ts';
import type { UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import type { TerminalMemory } from '../../login/decide/terminal-memory.ts';
import type { DeviceLogins } from '../../login/device/device-logins.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ReverseCodes } from '../../login/request/reverse-codes.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { RedisClient } from '../../redis/redis-client.ts';

/** The mailer and the public address are created on the HTTP side. */
export interface HttpDependencies extends Omit<ActionParts, 'mailer' | 'address'> {
  readonly log: Log;
  readonly redis: RedisClient;
  readonly loginRequests: LoginRequests;
  readonly deviceLogins: DeviceLogins;
  readonly reverseCodes: ReverseCodes;
  readonly terminalMemory: TerminalMemory;
  readonly metrics: Metrics;
  /** Creates something that the first operator can connect to. */
  readonly createFirstProject: (userId: UserId) => Promise<void>;
}
