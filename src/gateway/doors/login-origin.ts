// The terminal that asks for a login, as the approval page shows it: its address and its startup
// packet.

import type { Config } from '../../config/config.ts';
import type { LoginOrigin } from '../../login/request/login-request.ts';
import type { Terminal } from '../../login/request/terminal.ts';
import type { Client } from '../client/client.ts';
import type { DatabaseWish } from '../client/database-choice.ts';
import { applicationOf, namesDatabase, replicationOf } from '../client/startup-parameters.ts';
import { isNoticeBlind } from './notice-blind-clients.ts';
import { targetHints } from './target-hints.ts';

/** The client's strings are its own and uncleaned. */
export function loginOrigin({ peer, startup, tls }: Client, { noticeBlindClients }: Config['login']): LoginOrigin {
  return {
    address: peer.address,
    port: peer.port,
    application: applicationOf(startup),
    requestedUser: startup.user,
    requestedDatabase: startup.database,
    databaseIsExplicit: namesDatabase(startup),
    hints: targetHints({ startup, tls }),
    tls: tls === null ? null : { version: tls.version, cipher: tls.cipher },
    serverName: tls?.serverName ?? null,
    noticeBlind: isNoticeBlind(startup, noticeBlindClients),
    replication: replicationOf(startup),
  };
}

/** What a grant must match. */
export function terminalOf({ peer, startup }: Client): Terminal {
  return { address: peer.address, requestedUser: startup.user, application: applicationOf(startup) };
}

/** For doors through which a person comes, whom a NOTICE tells which database was opened. */
export function databaseWish({ startup }: Client): DatabaseWish {
  return { requestedDatabase: startup.database, strength: namesDatabase(startup) ? 'wanted' : 'none' };
}
