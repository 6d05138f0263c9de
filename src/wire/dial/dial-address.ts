// Resolves a compute's host once, checks every answer and pins what may be dialled.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { withTimeLimit } from '../../async/time-limit.ts';
import { PosternError } from '../../errors.ts';
import { normalizeAddress } from '../../network-address.ts';
import { ConnectFailure, ForbiddenAddress } from './connect-failure.ts';
import { type DialEndpoint, type DialPolicy, refusalToDial } from './dial-policy.ts';

export interface PinnedAddress {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
  /** What it was resolved from: the name that a certificate is verified against. */
  readonly host: string;
}

const LOOKUP_LIMIT_MS = 5_000;
/** More answers are checked, but not dialled. */
const MAX_PINNED_ADDRESSES = 8;

/** Throws `upstream_forbidden` and `upstream_unreachable`, as `pinAddresses` says why. */
export async function resolveUpstreamAddress(
  { name, host, port }: DialEndpoint & { readonly name: string },
  policy: DialPolicy,
  signal: AbortSignal,
): Promise<PinnedAddress[]> {
  try {
    return await pinAddresses({ host, port }, policy, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ForbiddenAddress) {
      throw new PosternError('upstream_forbidden', { params: { compute: name, reason: error.policy }, cause: error });
    }
    throw new PosternError('upstream_unreachable', { params: { compute: name }, cause: error });
  }
}

/**
 * One forbidden address condemns all, since the next look-up might put it first. At most 5 s.
 * Throws ForbiddenAddress and ConnectFailure.
 */
export async function pinAddresses(
  { host, port }: DialEndpoint,
  policy: DialPolicy,
  signal: AbortSignal,
): Promise<PinnedAddress[]> {
  const [addresses, forbidden] = await withTimeLimit(LOOKUP_LIMIT_MS, signal, (limited) =>
    Promise.all([addressesOf(host, policy, limited), resolveForbidden(policy, limited)]),
  );
  if (addresses.length === 0) throw new ConnectFailure('unknown_name', 'the name has no addresses');
  for (const address of addresses) {
    const refusal = refusalToDial({ host, port, address }, { ...policy, forbidden });
    if (refusal !== null) throw new ForbiddenAddress(refusal, `${refusal}: ${address}, port ${port}`);
  }
  return addresses.slice(0, MAX_PINNED_ADDRESSES).map((address) => pin(address, { host, port }));
}

/** The system's resolver: hosts file, search domains and DNS, in its order of preference. */
export async function lookupAddresses(host: string): Promise<readonly string[]> {
  const answers = await lookup(host, { all: true, verbatim: true });
  return answers.map((answer) => answer.address);
}

async function addressesOf(host: string, policy: DialPolicy, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [normalizeAddress(host)];
  try {
    const answers = await untilAborted(policy.lookup(host), signal);
    return [...new Set(answers.map(normalizeAddress))];
  } catch (error) {
    throw new ConnectFailure('unknown_name', 'the name could not be resolved', error);
  }
}

// One of our names that cannot be resolved now is not where the compute's name leads.
async function resolveForbidden(policy: DialPolicy, signal: AbortSignal): Promise<DialEndpoint[]> {
  const resolved = policy.forbidden.map(async ({ host, port }) => {
    try {
      const addresses = await addressesOf(host, policy, signal);
      return addresses.map((address) => ({ host: address, port }));
    } catch {
      return [];
    }
  });
  return (await Promise.all(resolved)).flat();
}

function pin(address: string, { host, port }: DialEndpoint): PinnedAddress {
  return { address, family: isIP(address) === 6 ? 6 : 4, port, host };
}

// The system's resolver cannot be interrupted: its answer is dropped.
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const KEPT_MS = 5_000;

interface CachedLookupOptions {
  readonly lookup: DialPolicy['lookup'];
  /** For names that are not among `hosts`. */
  readonly others: DialPolicy['lookup'];
  /** The names that are remembered. */
  readonly hosts: ReadonlySet<string>;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

/** One lookup serves all callers of its time; a failed one is not remembered. */
export function cachedLookup({
  lookup,
  others,
  hosts,
  now = () => performance.now(),
}: CachedLookupOptions): DialPolicy['lookup'] {
  const known = new Map<string, { readonly askedAtMs: number; readonly answer: Promise<readonly string[]> }>();
  return (host) => {
    if (!hosts.has(host)) return others(host);
    const entry = known.get(host);
    if (entry !== undefined && now() - entry.askedAtMs < KEPT_MS) return entry.answer;
    const asked = { askedAtMs: now(), answer: lookup(host) };
    known.set(host, asked);
    asked.answer.catch(() => {
      if (known.get(host) === asked) known.delete(host);
    });
    return asked.answer;
  };
}
