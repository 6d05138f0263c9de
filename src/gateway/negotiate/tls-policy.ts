// Decides which clients may log in without TLS. How TLS begins is in begin-tls.ts.

import { assertNever } from '../../assert-never.ts';
import type { Config } from '../../config/config.ts';
import { isLoopback } from '../../network-address.ts';

/** True when a client may log in without TLS by link or grant; passwords need TLS always. */
export function isClearTextAllowed(tlsPolicy: Config['pg']['tls'], address: string): boolean {
  switch (tlsPolicy) {
    case 'allow':
      return true;
    case 'require':
      return false;
    case 'require_off_loopback':
      return isLoopback(address);
    default:
      return assertNever(tlsPolicy);
  }
}
