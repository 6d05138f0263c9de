// How each client connects with an access token. The password is in none of them: it belongs into a
// password file, the environment or the client's own store, not into a shell's history. Pure.

import { AUTHORITY_PATH, type CertificateKind } from '../../../config/public-address.ts';
import { nodeSample } from '../shell/node-sample.ts';

export interface TokenPlace {
  readonly host: string;
  readonly port: number;
  /** Null: whichever the client names. */
  readonly database: string | null;
  readonly user: string;
  readonly password: string;
  readonly certificate: CertificateKind;
}

export interface TokenSample {
  readonly client: string;
  readonly text: string;
  readonly hint: string | null;
}

const ANY_DATABASE = 'postgres';

export function tokenSamples(place: TokenPlace): TokenSample[] {
  const { host, port, user } = place;
  const database = place.database ?? ANY_DATABASE;
  const isPublic = place.certificate === 'public';
  const authority = isPublic ? 'system' : AUTHORITY_PATH;
  const libpq = `host=${host} port=${port} dbname=${database} user=${user} sslmode=verify-full sslrootcert=${authority}`;
  const fields = `Host ${host}, port ${port}, database ${database}, user ${user}; SSL mode verify-full`;
  const withAuthority = isPublic ? `${fields}.` : `${fields}, root certificate ${AUTHORITY_PATH}.`;
  return [
    {
      client: 'psql',
      text: `psql "${libpq} channel_binding=require"`,
      hint: 'It reads the password from ~/.pgpass (below) or PGPASSWORD, else asks.',
    },
    { client: '~/.pgpass', text: `${host}:${port}:*:${user}:${place.password}`, hint: 'chmod 600 ~/.pgpass' },
    { client: '.env', text: environment(place, database, authority), hint: null },
    { client: 'DBeaver', text: withAuthority, hint: 'New connection, PostgreSQL; SSL has a tab of its own.' },
    { client: 'DataGrip', text: withAuthority, hint: 'New data source, PostgreSQL; SSL has a tab of its own.' },
    { client: 'pgAdmin', text: withAuthority, hint: 'Register server; SSL mode is under Parameters.' },
    { client: 'Python', text: `psycopg.connect("${libpq} channel_binding=require")`, hint: 'Password: PGPASSWORD.' },
    {
      client: 'Go',
      text: `pgx.Connect(ctx, "${isPublic ? libpq.replace(' sslrootcert=system', '') : libpq}")`,
      hint: 'Password: PGPASSWORD.',
    },
    {
      client: 'Node',
      text: nodeSample({ host, port, database, user, certificate: place.certificate }),
      hint: 'Password: PGPASSWORD.',
    },
    { client: 'JDBC', text: jdbc(place, database), hint: 'The password goes into its own property.' },
  ];
}

function environment({ host, port, user, password }: TokenPlace, database: string, authority: string): string {
  const variables = {
    PGHOST: host,
    PGPORT: port,
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: authority,
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

// pgJDBC, "Configuring the Client": without a root certificate it looks for ~/.postgresql/root.crt.
function jdbc({ host, port, user, certificate }: TokenPlace, database: string): string {
  const trust =
    certificate === 'public' ? 'sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory' : `sslrootcert=${AUTHORITY_PATH}`;
  return `jdbc:postgresql://${host}:${port}/${encodeURIComponent(database)}?user=${user}&sslmode=verify-full&${trust}`;
}
