// Finds names that tenants choose. The system's resolver has two threads of a node, and a name
// whose servers are silent holds one for ten seconds: a handful of them kept every other name from
// being found. So DNS is asked without a thread. What it does not know the system may, by its hosts
// file and search domains: one such name at a time.

import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { oneAtATime } from '../../async/one-at-a-time.ts';
import type { DialPolicy } from './dial-policy.ts';

type Lookup = DialPolicy['lookup'];

const TIMEOUT_MS = 2_000;
const TRIES = 2;
/** As long as anybody waits for an address. */
const LONGEST_TURN_MS = 5_000;
const HOSTS_FILE = '/etc/hosts';
const HOSTS_KEPT_MS = 30_000;

interface Sources {
  readonly bySystem: Lookup;
  /** Addresses of DNS servers; absent: the system's. */
  readonly servers?: readonly string[];
}

/** Rejects when the name is not known, or nobody answers. */
export function tenantLookup({ bySystem, servers }: Sources): Lookup {
  const inTurn = oneAtATime(LONGEST_TURN_MS);
  const hosts = hostsFile();
  return async (host) => {
    if (isOfSystem(host) || (await hosts()).has(host.toLowerCase())) return await inTurn(() => bySystem(host));
    return (await askDns(host, servers)) ?? (await inTurn(() => bySystem(host)));
  };
}

/** Without a dot, or a number as `inet_aton` reads it; or of this network, by RFC 6762. */
function isOfSystem(host: string): boolean {
  return !/[^.]\.[^.]/.test(host) || /(?:^|\.)(?:\d+|0x[\da-f]*|local|localhost)\.?$/i.test(host);
}

/** IPv4 first. Null where DNS knows no address; throws where it is silent. */
async function askDns(host: string, servers?: readonly string[]): Promise<string[] | null> {
  // A new one has the servers of now.
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  const asked = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const addresses = asked.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return addresses;
  for (const answer of asked) if (answer.status === 'rejected' && isSilence(answer.reason)) throw answer.reason;
  return null;
}

function isSilence(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ETIMEOUT';
}

/** Its names, in lower case. */
function hostsFile(): () => Promise<ReadonlySet<string>> {
  let known: Promise<ReadonlySet<string>> | null = null;
  let readAt = 0;
  return () => {
    if (known !== null && performance.now() - readAt < HOSTS_KEPT_MS) return known;
    readAt = performance.now();
    known = readFile(HOSTS_FILE, 'utf8').then(namesIn, () => new Set<string>());
    return known;
  };
}

function namesIn(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1));
  return new Set(lines.flat().map((name) => name.toLowerCase()));
}
