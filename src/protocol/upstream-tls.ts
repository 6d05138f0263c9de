// How a connection to an upstream is encrypted and verified.

import type { Secret } from '../secret.ts';

export type UpstreamTls =
  | { readonly mode: 'disable' }
  | {
      /** As in libpq: `require` verifies only with a CA; `verify-ca` checks no name. */
      readonly mode: 'require' | 'verify-ca' | 'verify-full';
      /** PEM certificates that replace the well-known authorities, or null for those. */
      readonly ca: string | null;
      /** Name to send and to verify; null for the target's host. */
      readonly serverName: string | null;
      /** PEM; the key may be encrypted with nothing. */
      readonly clientCertificate: { readonly cert: string; readonly key: Secret } | null;
    };
