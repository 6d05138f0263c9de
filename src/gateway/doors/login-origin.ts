// The terminal that asks for a login, and the target that it names. Authorises nothing.

import { createHash } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import type { LoginOrigin } from '../../login/request/login-request.ts';
import type { Terminal } from '../../login/request/terminal.ts';
import type { Client } from '../client/client.ts';
import type { DatabaseWish } from '../client/database-choice.ts';
import {
  applicationOf,
  namesDatabase,
  parameterHints,
  replicationOf,
  type TargetHints,
} from '../client/startup-parameters.ts';
import { isNoticeBlind, mayBeProbe } from './notice-blind-clients.ts';

// ids.ts: the forms of our own ids.
const COMPUTE_ID = /^(ep-[a-z]+-[a-z]+-[a-z0-9]{8})(?:-pooler)?$/i;
const PROJECT_ID = /^[a-z]+-[a-z]+-\d{8}$/;

// PostgreSQL itself keeps 63 bytes of a name.
const LONGEST_NAME_CHARACTERS = 128;

/** The client's strings are its own and uncleaned, but short, since they are stored. */
export async function loginOrigin(client: Client, config: Config['login']): Promise<LoginOrigin> {
  const { peer, startup, tls } = client;
  const hints = targetHints({ startup, tls });
  return {
    address: peer.address,
    locality: await client.locality(),
    port: peer.port,
    application: shortNameOrNull(applicationOf(startup)),
    requestedUser: shortName(startup.user),
    requestedDatabase: shortName(startup.database),
    databaseIsExplicit: namesDatabase(startup),
    hints: { project: shortNameOrNull(hints.project), endpoint: shortNameOrNull(hints.endpoint) },
    tls: tls === null ? null : { version: tls.version, cipher: tls.cipher },
    serverName: tls?.serverName ?? null,
    noticeBlind: isNoticeBlind(startup, config),
    mayBeProbe: mayBeProbe(startup),
    replication: replicationOf(startup),
  };
}

/** What a grant must match. */
export async function terminalOf({ peer, startup, locality }: Client): Promise<Terminal> {
  return {
    address: peer.address,
    locality: await locality(),
    requestedUser: shortName(startup.user),
    application: shortNameOrNull(applicationOf(startup)),
  };
}

/** A long name ends in a digest of the whole, so that two of them never become one. */
function shortName(name: string): string {
  if (name.length <= LONGEST_NAME_CHARACTERS) return name;
  return `${name.slice(0, LONGEST_NAME_CHARACTERS)}… ${createHash('sha256').update(name).digest('base64url')}`;
}

function shortNameOrNull(name: string | null): string | null {
  return name === null ? null : shortName(name);
}

/** For doors through which a person comes, whom a NOTICE tells which database was opened. */
export function databaseWish({ startup }: Client): DatabaseWish {
  return { requestedDatabase: startup.database, strength: namesDatabase(startup) ? 'wanted' : 'none' };
}

/** A database that the person chose on the page goes before what the client named. */
export function approvedWish(client: Client, { database }: { readonly database: string | null }): DatabaseWish {
  return database === null ? databaseWish(client) : { requestedDatabase: database, strength: 'required' };
}

/**
 * Parameters take precedence over the host name, which may come with a copied connection string.
 * A compute's `-pooler` is left out: Neon's strings carry it, and here both are the same.
 */
export function targetHints({ startup, tls }: Pick<Client, 'startup' | 'tls'>): TargetHints {
  const { project, endpoint } = parameterHints(startup);
  if (project !== null || endpoint !== null) {
    return { project, endpoint: endpoint === null ? null : (computeIdIn(endpoint) ?? endpoint) };
  }
  const label = tls?.serverName?.split('.')[0]?.toLowerCase() ?? '';
  return { endpoint: computeIdIn(label), project: PROJECT_ID.test(label) ? label : null };
}

function computeIdIn(text: string): string | null {
  return COMPUTE_ID.exec(text)?.[1]?.toLowerCase() ?? null;
}
