// Everything that the web side needs of the other parts, handed in once by postern.ts.

import type { ActionParts } from '../../actions/action-parts.ts';
import type { UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import type { TerminalMemory } from '../../login/decide/terminal-memory.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ReverseCodes } from '../../login/request/reverse-codes.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { RedisClient } from '../../redis/redis-client.ts';

/** The mailer and the public address are made by the web side itself. */
export interface HttpDependencies extends Omit<ActionParts, 'mailer' | 'address'> {
  readonly log: Log;
  readonly redis: RedisClient;
  readonly loginRequests: LoginRequests;
  readonly reverseCodes: ReverseCodes;
  readonly terminalMemory: TerminalMemory;
  readonly metrics: Metrics;
  /** Gives the first operator something to connect to. */
  readonly createFirstProject: (userId: UserId) => Promise<void>;
}
