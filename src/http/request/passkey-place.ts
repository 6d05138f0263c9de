// Where passkeys work: at the public address when it is a name under https, and on one's own
// machine at localhost. No browser makes them for an IP address (WebAuthn Level 3, 5.1.2).

import { isIP } from 'node:net';
import type { Request } from 'express';
import type { PasskeyPlace } from '../../actions/people/passkey-ceremonies.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { isLoopbackName } from '../../network-address.ts';
import { ownOrigin } from './own-origin.ts';

export type PlaceFound =
  | { readonly kind: 'here'; readonly place: PasskeyPlace }
  /** This browser uses another name of the same machine, or a forward on another port. */
  | { readonly kind: 'elsewhere'; readonly url: string }
  | { readonly kind: 'nowhere' };

// NOTE: on loopback one port only. Every program of the machine may serve the name localhost on a
// port of its own, and could otherwise pass on to us what people prove to it.
export function findPasskeyPlace(request: Request, address: PublicAddress): PlaceFound {
  const origins = originsOf(address);
  const [first] = origins;
  if (first === undefined) return { kind: 'nowhere' };
  const origin = ownOrigin(request, address);
  if (!origins.includes(origin)) return { kind: 'elsewhere', url: first };
  return { kind: 'here', place: { rpId: new URL(origin).hostname, origin } };
}

function originsOf({ url, isHttps, reach }: PublicAddress): string[] {
  const { hostname, port, protocol } = new URL(url);
  const isName = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0;
  const own = isName && (isHttps || isLoopbackName(hostname)) ? [url] : [];
  if (reach !== 'loopback') return own;
  const local = `${protocol}//localhost${port === '' ? '' : `:${port}`}`;
  return [...new Set([...own, local])];
}
