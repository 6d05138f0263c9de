// The address under which browsers know this installation: what links are built from, which origins are its own, and
// whether cookies travel over TLS.

import type { Config } from './config.ts';

export interface PublicAddress {
  /** Without a slash at the end. */
  readonly url: string;
  readonly isHttps: boolean;
  /** Origins whose forms are our own. */
  readonly origins: ReadonlySet<string>;
}

/** The configured address; without one, localhost under every name it has on the given port. */
export function publicAddress({ publicUrl }: Pick<Config['http'], 'publicUrl'>, port: number): PublicAddress {
  if (publicUrl !== null) {
    const { origin, protocol } = new URL(publicUrl);
    return { url: origin, isHttps: protocol === 'https:', origins: new Set([origin]) };
  }
  const origins = ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`);
  return { url: `http://localhost:${port}`, isHttps: false, origins: new Set(origins) };
}
