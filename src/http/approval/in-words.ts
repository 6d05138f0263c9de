// Times and networks as a hurried person reads them.

import { isInNetworks, isLoopback } from '../../network-address.ts';

// RFC 1918, RFC 6598, RFC 4193, link-local
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  'fe80::/10',
  '169.254.0.0/16',
];

/** `this machine`, `private network`, or null for an address of the internet. */
export function networkInWords(address: string): string | null {
  if (isLoopback(address)) return 'this machine';
  return isInNetworks(address, PRIVATE) ? 'private network' : null;
}

/** `just now`, `8 seconds ago`, `2 minutes ago`. */
export function ageInWords(at: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - at.getTime()) / 1_000);
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} seconds ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`;
}
