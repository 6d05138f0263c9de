// Times and networks in words.

import { isLoopback, parseNetworks } from '../../network-address.ts';

// RFC 1918, RFC 6598, RFC 4193, link-local
const PRIVATE = parseNetworks([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  'fe80::/10',
  '169.254.0.0/16',
]);

/** `this machine`, `private network`, or null for an address of the internet. */
export function networkInWords(address: string): string | null {
  if (isLoopback(address)) return 'this machine';
  return PRIVATE.includes(address) ? 'private network' : null;
}

const STEPS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1_000 },
] as const;

/** `just now`, `8 seconds ago`, `2 minutes ago`, `1 day ago`. */
export function ageInWords(at: Date, now: Date): string {
  const age = now.getTime() - at.getTime();
  const step = STEPS.find(({ ms }) => age >= ms);
  if (step === undefined) return 'just now';
  const amount = Math.floor(age / step.ms);
  return amount === 1 ? `1 ${step.unit} ago` : `${amount} ${step.unit}s ago`;
}
