// The clients that show no NOTICE while they connect, recognised by what they send. What they get instead of a link is
// the link door's rule.

import type { StartupMessage } from '../protocol/startup-packet.ts';

interface Fingerprint {
  readonly client: string;
  /** Startup parameters that this client always sends. */
  readonly sends: readonly string[];
  /** Startup parameters whose presence means another client. */
  readonly lacks: readonly string[];
}

// Observed: pgjdbc 42.7.13 sends these three and names itself only after connecting; DBeaver and DataGrip use it. psycopg 3
// shows no NOTICE either, but looks like psycopg 2, which does, so both are left waiting.
// lib/pq 1.10.7 calls its notice handler only once it is connected.
const NOTICE_BLIND: readonly Fingerprint[] = [
  { client: 'pgjdbc', sends: ['client_encoding', 'DateStyle', 'TimeZone'], lacks: ['application_name'] },
  {
    client: 'lib/pq',
    sends: ['client_encoding', 'datestyle', 'extra_float_digits'],
    lacks: ['application_name', 'TimeZone'],
  },
];

/** True when the client would never show a link; parameter names are compared as PostgreSQL does, without case. */
export function isNoticeBlind(startup: StartupMessage): boolean {
  const names = new Set([...startup.parameters.keys()].map((name) => name.toLowerCase()));
  const has = (name: string) => names.has(name.toLowerCase());
  return NOTICE_BLIND.some(({ sends, lacks }) => sends.every(has) && !lacks.some(has));
}
