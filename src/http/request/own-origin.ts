// Where the browser sees this installation: its public address, except on one's own machine, where
// the browser may use another name for it, or a forward on another port.

import type { Request } from 'express';
import type { PublicAddress } from '../../config/public-address.ts';
import { isLoopbackName } from '../../network-address.ts';

export function ownOrigin(request: Request, { url, isHttps, reach }: PublicAddress): string {
  const asked = `${isHttps ? 'https' : 'http'}://${request.get('host')}`;
  if (reach !== 'loopback' || !URL.canParse(asked)) return url;
  const { hostname, origin } = new URL(asked);
  return isLoopbackName(hostname) ? origin : url;
}
