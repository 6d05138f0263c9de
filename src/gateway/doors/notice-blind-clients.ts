// The clients that show no NOTICE while they connect, recognised by what they send.

import type { StartupMessage } from '../../protocol/startup-packet.ts';
import { applicationOf } from '../client/startup-parameters.ts';

interface Fingerprint {
  /** Startup parameters, exactly spelled, that this client always sends; null for any value. */
  readonly sends: Readonly<Record<string, string | null>>;
  /** Startup parameters whose presence, in any spelling, means another client. */
  readonly lacks: readonly string[];
  /** Another client that may send the same, by its application_name. */
  readonly butNot?: string;
}

// Observed: pgjdbc 42.7.13 sends these three and, unless told the server's version, names itself
// only after connecting; DBeaver and DataGrip use it. libpq spells its own two in lower case, and
// sends them where PGDATESTYLE says so. lib/pq calls its notice handler only once it is connected;
// 1.10.7 sends extra_float_digits, which libpq never does. 1.12.3 does not, and looks like psql
// with PGDATESTYLE. asyncpg 0.27 quotes the encoding's name as no other client does. psycopg 3
// shows no NOTICE either, but looks like psycopg 2, which does, so both are left waiting, and so is
// pgx, which sends nothing at all.
const FINGERPRINTS = new Map<string, readonly Fingerprint[]>([
  ['pgjdbc', [{ sends: { client_encoding: null, DateStyle: null, TimeZone: null }, lacks: [] }]],
  [
    'lib/pq',
    [
      { sends: { client_encoding: 'UTF8', datestyle: null, extra_float_digits: null }, lacks: ['timezone'] },
      { sends: { client_encoding: 'UTF8', datestyle: 'ISO, MDY' }, lacks: ['timezone'], butNot: 'psql' },
    ],
  ],
  ['asyncpg', [{ sends: { client_encoding: "'utf-8'" }, lacks: [] }]],
]);

/** `blindClients` names those above, or any other by the beginning of its application_name. */
export function isNoticeBlind(startup: StartupMessage, blindClients: readonly string[]): boolean {
  const application = applicationOf(startup) ?? '';
  return blindClients.some((client) => {
    const fingerprints = FINGERPRINTS.get(client);
    if (fingerprints === undefined) return application.startsWith(client);
    return fingerprints.some((fingerprint) => matches(startup, fingerprint));
  });
}

function matches(startup: StartupMessage, { sends, lacks, butNot }: Fingerprint): boolean {
  const { parameters } = startup;
  if (butNot !== undefined && applicationOf(startup) === butNot) return false;
  if ([...parameters.keys()].some((name) => lacks.includes(name.toLowerCase()))) return false;
  return Object.entries(sends).every(([name, value]) =>
    value === null ? parameters.has(name) : parameters.get(name) === value,
  );
}
