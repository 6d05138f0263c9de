// What is dialled, and how it must prove itself: the values that the catalogue hands to the connector.

import type { Secret } from '../../secret.ts';

export type UpstreamTls =
  | { readonly mode: 'disable' }
  | {
      /** `require` encrypts and, as in libpq, verifies only if a CA is given; `verify-ca` leaves the name unchecked. */
      readonly mode: 'require' | 'verify-ca' | 'verify-full';
      /** PEM certificates that replace the well-known authorities, or null for those. */
      readonly ca: string | null;
      /** Name to send and to verify; null for the target's host. */
      readonly serverName: string | null;
      /** PEM; the key may be encrypted with nothing. */
      readonly clientCertificate: { readonly cert: string; readonly key: Secret } | null;
    };

export interface UpstreamTarget {
  /** The compute's name, for texts that people see. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: UpstreamTls;
  readonly user: string;
  readonly password: Secret | null;
  readonly database: string;
  /** Both hold over verified TLS only, whatever is said here. */
  readonly allowMd5: boolean;
  readonly allowCleartext: boolean;
}

/** True when the certificate is checked against an authority, so that the far end is not just anybody. */
export function verifiesCertificate(tls: UpstreamTls): boolean {
  return tls.mode === 'verify-ca' || tls.mode === 'verify-full' || (tls.mode === 'require' && tls.ca !== null);
}
