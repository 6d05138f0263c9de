// Which minor version of the protocol is spoken with a client, and whether it needs a
// NegotiateProtocolVersion. 3.0 and 3.2 differ in the length of cancel keys only.

import type { StartupMessage } from './startup-packet.ts';

/** The minors that are spoken: 3.0 and 3.2. */
export type ProtocolMinor = 0 | 2;

export interface NegotiatedVersion {
  readonly agreedMinor: ProtocolMinor;
  /** Sent before AuthenticationOk; null: psql 15 dies of an unasked one. */
  readonly reply: { readonly newestMinor: ProtocolMinor; readonly unknownOptions: readonly string[] } | null;
}

const NEWEST_MINOR = 2;

/**
 * The newest minor that both know. A reply is due for a newer one and for any protocol option,
 * which it names. Source: Message Formats: NegotiateProtocolVersion.
 */
export function negotiateVersion(startup: StartupMessage): NegotiatedVersion {
  const { minor } = startup.protocolVersion;
  // 3.1 was never released; PostgreSQL 18 treats it as 3.0.
  const agreedMinor = minor >= NEWEST_MINOR ? NEWEST_MINOR : 0;
  if (minor <= NEWEST_MINOR && startup.protocolOptions.length === 0) return { agreedMinor, reply: null };
  return { agreedMinor, reply: { newestMinor: agreedMinor, unknownOptions: startup.protocolOptions } };
}
