// Creates the stores of logins, all of them in Redis.

import type { Closers } from '../async/closers.ts';
import type { RecordedEnding } from '../catalogue/endings/ended-access.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { RedisClients } from '../redis/redis-client.ts';
import { derivedSecret, type Secret } from '../secret.ts';
import { endOpenedLogins } from './decide/end-opened-logins.ts';
import { TerminalMemory } from './decide/terminal-memory.ts';
import { DeviceLogins } from './device/device-logins.ts';
import { grantRevokedEvent } from './grant/grant-audit-event.ts';
import { GrantEndings, recordGrantsRunOut } from './grant/grant-endings.ts';
import { GrantedTerminals } from './grant/granted-terminals.ts';
import { Grants } from './grant/grants.ts';
import type { RecordsAudit } from './request/login-audit-event.ts';
import { LoginEvents } from './request/login-events.ts';
import { LoginRequests } from './request/login-requests.ts';
import { ReverseCodes } from './request/reverse-codes.ts';
import { recordLoginExpiry, UnfollowedLogins } from './request/unfollowed-logins.ts';

export interface LoginOptions {
  readonly config: Config;
  readonly redis: RedisClients;
  readonly fleet: Fleet;
  readonly nodeId: NodeId;
  readonly log: Log;
  /** The installation's sealing key, from which keys for single purposes are derived. */
  readonly key: Secret;
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly closers: Closers;
}

export function createLogin({ config, redis, fleet, nodeId, log, key, ...options }: LoginOptions) {
  const { auditTrail, clock, closers } = options;
  const endings = new GrantEndings(redis.commands);
  closers.add('the ends of grants', recordGrantsRunOut({ endings, auditTrail, clock, nodeId, log }));
  const loginRequests = new LoginRequests({
    redis: redis.commands,
    events: new LoginEvents({ subscriber: redis.subscriber, log }),
    limits: config.limits,
    ttlMs: config.login.ttlMs,
    nodeId,
    tokenKey: derivedSecret(key, 'login offers'),
    log,
  });
  const unfollowed = new UnfollowedLogins(redis.commands);
  closers.add(
    'the ends of login requests',
    recordLoginExpiry({ loginRequests, unfollowed, auditTrail, clock, nodeId, log }),
  );
  const grantedTerminals = new GrantedTerminals({ redis: redis.commands, fleet });
  closers.add('the terminals with grants', () => grantedTerminals.close());
  const grants = new Grants({
    redis: redis.commands,
    terminals: grantedTerminals,
    recordRevoked: (grant, by) => auditTrail.record(grantRevokedEvent(grant, by, { at: clock.now(), nodeId })),
  });
  return {
    loginRequests,
    deviceLogins: new DeviceLogins({ redis: redis.commands, loginRequests }),
    grants,
    /** To be started when the node has joined the fleet. */
    grantedTerminals,
    /** On one node for each ending. */
    endOpened: (ending: RecordedEnding) => endOpenedLogins({ loginRequests, auditTrail, clock, nodeId }, ending),
    reverseCodes: new ReverseCodes({ redis: redis.commands, secret: derivedSecret(key, 'reverse codes') }),
    terminalMemory: new TerminalMemory(redis.commands),
  };
}
