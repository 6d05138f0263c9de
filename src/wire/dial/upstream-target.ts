// What is dialled, and how it must prove itself.

import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { Secret } from '../../secret.ts';

export interface UpstreamTarget {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: UpstreamTls;
  readonly user: string;
  readonly password: Secret | null;
  readonly database: string;
  /** Both apply over verified TLS only. */
  readonly allowMd5: boolean;
  readonly allowCleartext: boolean;
}

/** Against an authority, so that the far end is authenticated. */
export function verifiesCertificate(tls: UpstreamTls): boolean {
  return tls.mode === 'verify-ca' || tls.mode === 'verify-full' || (tls.mode === 'require' && tls.ca !== null);
}
