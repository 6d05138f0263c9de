// The web's `fetch` for addresses that tenants choose: never into networks that are closed to them
// (SSRF), never elsewhere by a redirect, and no more than a bounded answer.

import { isIP } from 'node:net';
import { Agent, type Dispatcher, ProxyAgent, fetch as undiciFetch } from 'undici';
import { withTimeLimit } from '../../async/time-limit.ts';
import { connectTlsBounded } from './bounded-handshake.ts';
import { type PinnedAddress, pinAddresses } from './dial-address.ts';
import type { DialEndpoint, DialPolicy } from './dial-policy.ts';
import { dialTcp } from './dial-tcp.ts';

export interface TenantFetchOptions {
  readonly dialPolicy: DialPolicy;
  readonly outgoing: {
    /** PEM; undefined: Node's own authorities. */
    readonly authorities: string[] | undefined;
    /** The URL of the proxy for an address; null: directly. */
    proxyFor(url: URL): string | null;
  };
}

export interface TenantRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface TenantAnswer {
  readonly status: number;
  /** At most 256 KiB. */
  readonly body: Buffer;
}

export type TenantFetch = (url: URL, request: TenantRequest) => Promise<TenantAnswer>;

const LIMIT_MS = 10_000;
const MAX_BODY_BYTES = 256 * 1_024;

/**
 * HTTPS only, within 10 s. Redirects are answers like others. Throws an Error that says why, for
 * the log: ForbiddenAddress, ConnectFailure, TimeLimitExceeded, or what TLS and HTTP say.
 */
export function createTenantFetch(options: TenantFetchOptions): TenantFetch {
  return async (url, request) => {
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '')
      throw new Error('not a plain HTTPS URL');
    return await withTimeLimit(LIMIT_MS, request.signal, async (signal) => {
      const dispatcher = await dispatcherFor(url, options, signal);
      try {
        const { method, headers = {}, body = null } = request;
        const response = await undiciFetch(url, { method, headers, body, redirect: 'manual', dispatcher, signal });
        return { status: response.status, body: await readBounded(response.body) };
      } finally {
        await dispatcher.destroy();
      }
    });
  };
}

/** NOTE: connects to the addresses that were judged, since a second look-up could tell others. */
async function dispatcherFor(url: URL, options: TenantFetchOptions, signal: AbortSignal): Promise<Dispatcher> {
  const { dialPolicy, outgoing } = options;
  const { authorities } = outgoing;
  const { host } = endpointOf(url);
  const pinned = await pinWebAddresses(url, dialPolicy, signal);
  const trust = authorities === undefined ? {} : { ca: authorities };
  const proxy = outgoing.proxyFor(url);
  if (proxy !== null) return new ProxyAgent({ uri: proxy, requestTls: trust, proxyTls: trust });
  const name = isIP(host) === 0 ? { host, servername: host } : { host };
  const connect = async () => {
    const { socket } = await dialTcp(pinned, signal);
    return await connectTlsBounded(socket, { ...trust, ...name }, signal).catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
  };
  return new Agent({
    connect: (_options, done) => {
      connect().then(
        (socket) => done(null, socket),
        (error: unknown) => done(error instanceof Error ? error : new Error('not connected', { cause: error }), null),
      );
    },
  });
}

/** At any port. Throws ForbiddenAddress and ConnectFailure. */
export async function pinWebAddresses(url: URL, policy: DialPolicy, signal: AbortSignal): Promise<PinnedAddress[]> {
  const endpoint = endpointOf(url);
  return await pinAddresses(endpoint, { ...policy, allowedPorts: [endpoint.port] }, signal);
}

function endpointOf({ hostname, port }: URL): DialEndpoint {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
}

async function readBounded(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`an answer of more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
