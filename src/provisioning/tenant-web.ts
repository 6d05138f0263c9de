// Asks addresses of the web that tenants name: webhooks, and issuers of workloads' tokens.

import type { Config } from '../config/config.ts';
import { OutgoingAgent } from '../config/outgoing-agent.ts';
import { parseNetworks } from '../network-address.ts';
import type { DialPolicy } from '../wire/dial/dial-policy.ts';
import { createTenantFetch, type TenantFetch } from '../wire/dial/tenant-fetch.ts';

type WebConfig = Pick<Config, 'outgoing' | 'upstream'>;

// NOTE: networks that are open to computes are closed here: what answers HTTP in them, such as an
// unprotected service next to a database, was never meant to be asked by tenants.
export function tenantFetchOf({ outgoing, upstream }: WebConfig, ofComputes: DialPolicy): TenantFetch {
  const dialPolicy = { ...ofComputes, allowedNetworks: parseNetworks(upstream.webhookNetworks) };
  return createTenantFetch({ dialPolicy, outgoing: new OutgoingAgent(outgoing) });
}
