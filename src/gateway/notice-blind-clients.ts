// The clients that show no NOTICE while they connect, recognised by what they send or call themselves. What they get
// instead of a link is the link door's rule.

import type { StartupMessage } from '../protocol/startup-packet.ts';
import { applicationOf } from './startup-parameters.ts';

interface Fingerprint {
  /** Startup parameters that this client always sends, spelled as it spells them. */
  readonly sends: readonly string[];
  /** Startup parameters whose presence, in any spelling, means another client. */
  readonly lacks: readonly string[];
}

// Observed: pgjdbc 42.7.13 sends these three and, unless told the server's version, names itself only after connecting;
// DBeaver and DataGrip use it. libpq spells its own two in lower case. lib/pq 1.10.7 calls its notice handler only once it is
// connected. psycopg 3 shows no NOTICE either, but looks like psycopg 2, which does, so both are left waiting.
const FINGERPRINTS: ReadonlyMap<string, Fingerprint> = new Map([
  ['pgjdbc', { sends: ['client_encoding', 'DateStyle', 'TimeZone'], lacks: [] }],
  [
    'lib/pq',
    { sends: ['client_encoding', 'datestyle', 'extra_float_digits'], lacks: ['application_name', 'timezone'] },
  ],
]);

/**
 * True when the client would never show a link. `blindClients` names the clients to look for: those above by name, any
 * other by the beginning of its application_name.
 */
export function isNoticeBlind(startup: StartupMessage, blindClients: readonly string[]): boolean {
  const application = applicationOf(startup) ?? '';
  return blindClients.some((client) => {
    const fingerprint = FINGERPRINTS.get(client);
    return fingerprint === undefined ? application.startsWith(client) : matches(startup, fingerprint);
  });
}

function matches({ parameters }: StartupMessage, { sends, lacks }: Fingerprint): boolean {
  const names = [...parameters.keys()];
  return sends.every((name) => names.includes(name)) && !names.some((name) => lacks.includes(name.toLowerCase()));
}
