// Asks addresses of the web that tenants name: webhooks, and issuers of workloads' tokens.

import type { Config } from '../config/config.ts';
import { OutgoingAgent } from '../config/outgoing-agent.ts';
import { PosternError } from '../errors.ts';
import { parseNetworks } from '../network-address.ts';
import { ForbiddenAddress } from '../wire/dial/connect-failure.ts';
import type { DialPolicy } from '../wire/dial/dial-policy.ts';
import { createTenantFetch, pinWebAddresses, type TenantFetch } from '../wire/dial/tenant-fetch.ts';

type WebConfig = Pick<Config, 'outgoing' | 'upstream'>;

const CHECK_LIMIT_MS = 5_000;

// NOTE: networks that are open to computes are closed here: what answers HTTP in them, such as an
// unprotected service next to a database, was never meant to be asked by tenants.
export function webPolicyOf({ upstream }: Pick<WebConfig, 'upstream'>, ofComputes: DialPolicy): DialPolicy {
  return { ...ofComputes, allowedNetworks: parseNetworks(upstream.webhookNetworks) };
}

export function tenantFetchOf(config: WebConfig, ofComputes: DialPolicy): TenantFetch {
  const dialPolicy = webPolicyOf(config, ofComputes);
  return createTenantFetch({ dialPolicy, outgoing: new OutgoingAgent(config.outgoing) });
}

/**
 * Before an address is saved; a name that is not known now may be known later. Throws
 * `web_address_forbidden`.
 */
export async function requireWebAddress({ webPolicy }: { readonly webPolicy: DialPolicy }, url: URL): Promise<void> {
  try {
    await pinWebAddresses(url, webPolicy, AbortSignal.timeout(CHECK_LIMIT_MS));
  } catch (cause) {
    if (!(cause instanceof ForbiddenAddress)) return;
    throw new PosternError('web_address_forbidden', { params: { reason: cause.policy }, cause });
  }
}
