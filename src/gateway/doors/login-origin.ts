// The terminal that asks for a login, and the target that it names. Authorises nothing.

import { createHash } from 'node:crypto';
import { type Circumstances, NO_SIGN_IN } from '../../catalogue/access/reach.ts';
import type { ProvenSignIn } from '../../catalogue/rights/proven-sign-in.ts';
import type { Config } from '../../config/config.ts';
import { PosternError } from '../../errors.ts';
import type { LoginOrigin } from '../../login/request/login-request.ts';
import type { KnownAtOnce, Terminal } from '../../login/request/terminal.ts';
import { isAddressAllowed } from '../../network-address.ts';
import type { Client } from '../client/client.ts';
import type { DatabaseWish } from '../client/database-choice.ts';
import {
  agentOf,
  applicationOf,
  namesDatabase,
  namesDoor,
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
  const agent = agentOf(startup);
  return {
    address: peer.address,
    locality: await client.locality(),
    key: tls?.clientKey ?? null,
    ...(tls?.isAskedForKey === false && { isUnasked: true }),
    port: peer.port,
    application: shortNameOrNull(applicationOf(startup)),
    agent,
    requestedUser: shortName(startup.user),
    requestedDatabase: shortName(startup.database),
    databaseIsExplicit: namesDatabase(startup),
    hints: { project: shortNameOrNull(hints.project), endpoint: shortNameOrNull(hints.endpoint) },
    tls: tls === null ? null : { version: tls.version, cipher: tls.cipher },
    serverName: tls?.serverName ?? null,
    // An agent reads what a command wrote when it has ended, so its person must not be waited for.
    noticeBlind: agent !== null || isNoticeBlind(startup, config),
    mayBeProbe: mayBeProbe(startup),
    replication: replicationOf(startup),
  };
}

/** What a grant must match. */
export async function terminalOf(client: Client): Promise<Terminal> {
  const { startup, locality } = client;
  return {
    ...knownAtOnceOf(client),
    locality: await locality(),
    application: shortNameOrNull(applicationOf(startup)),
    agent: agentOf(startup),
  };
}

export function knownAtOnceOf({ peer, startup, tls }: Client): Pick<Terminal, KnownAtOnce> {
  return { address: peer.address, key: tls?.clientKey ?? null, requestedUser: shortName(startup.user) };
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
  const label = hostLabel(tls).replace(/^oauth--/, '');
  return { endpoint: computeIdIn(label), project: PROJECT_ID.test(label) ? label : null };
}

/** Never guessed: a client that can do it sends nothing by which it could be told. */
export function asksForOauth({ startup, tls }: Pick<Client, 'startup' | 'tls'>): boolean {
  return namesDoor(startup, 'oauth') || /^oauth(--|$)/.test(hostLabel(tls));
}

function hostLabel(tls: Client['tls']): string {
  return tls?.serverName?.split('.')[0]?.toLowerCase() ?? '';
}

function computeIdIn(text: string): string | null {
  return COMPUTE_ID.exec(text)?.[1]?.toLowerCase() ?? null;
}

/**
 * The installation's own rule; those of an account are checked when one is chosen, and before the
 * dial. Throws `refused_by_policy`.
 */
export function refuseClosedNetwork({ peer }: Pick<Client, 'peer'>, { allowedNetworks }: Config['login']): void {
  if (isAddressAllowed(allowedNetworks, peer.address)) return;
  throw new PosternError('refused_by_policy', { params: { address: peer.address } });
}

/** As access rules ask about a connection that a person approved. */
export function circumstancesOf(
  { peer }: Pick<Client, 'peer'>,
  { signIn }: { readonly signIn?: ProvenSignIn | undefined },
  door: 'link' | 'oauth' = 'link',
): Circumstances {
  return { door, address: peer.address, signIn: signIn ?? NO_SIGN_IN };
}
