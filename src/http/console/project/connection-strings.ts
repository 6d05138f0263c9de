// Connection strings for each client, through Postern and by a database role. Pure.

import type { CertificateKind } from '../../../config/public-address.ts';
import { nodeSample } from '../shell/node-sample.ts';
import { shellQuoted } from './shell-word.ts';

export interface ConnectTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly databaseRole: string;
  /** Named in every string: a role's name leads nowhere by itself. */
  readonly computeId: string;
  /** Null: a placeholder, or the client asks. */
  readonly password: string | null;
  readonly projectName: string;
  readonly certificate: CertificateKind;
}

export interface ConnectionString {
  readonly client: string;
  readonly text: string;
  readonly hint: string | null;
}

const PASSWORD_PLACE = 'PASSWORD';

export function connectionStrings(target: ConnectTarget): ConnectionString[] {
  return [
    // lib/pq, postgres.js and asyncpg do not know this word, and a URI is pasted into those, too.
    {
      client: 'psql',
      text: `psql "${uri(target, target.password)}&channel_binding=require"`,
      hint:
        target.password === null
          ? 'psql asks for the password.'
          : 'Better kept in ~/.pgpass than in your shell’s history.',
    },
    { client: 'libpq URI', text: uri(target, target.password ?? PASSWORD_PLACE), hint: 'Also for most drivers.' },
    { client: 'JDBC', text: jdbcUrl(target), hint: 'The password goes into its own property.' },
    {
      client: 'DBeaver',
      text: dbeaverCommand(target),
      hint: 'Or paste the JDBC URL into a new PostgreSQL connection.',
    },
    { client: 'pgAdmin', text: pgAdminServers(target), hint: 'Save it as servers.json: Tools, Import/Export Servers.' },
    { client: 'node-postgres', text: nodePostgres(target), hint: 'It reads the password from PGPASSWORD.' },
  ];
}

function uri(target: ConnectTarget, password: string | null): string {
  const { host, port, database, databaseRole, computeId } = target;
  const secret = password === null ? '' : `:${encodeURIComponent(password)}`;
  const place = `${encodeURIComponent(databaseRole)}${secret}@${host}:${port}/${encodeURIComponent(database)}`;
  return `postgresql://${place}?sslmode=require&options=endpoint%3D${computeId}`;
}

function jdbcUrl({ host, port, database, databaseRole, computeId }: ConnectTarget): string {
  const user = encodeURIComponent(databaseRole);
  return `jdbc:postgresql://${host}:${port}/${encodeURIComponent(database)}?user=${user}&sslmode=require&options=endpoint%3D${computeId}`;
}

// DBeaver, "Command Line": -con takes key=value pairs between bars.
function dbeaverCommand(target: ConnectTarget): string {
  const { host, port, database, databaseRole, computeId, projectName } = target;
  const pairs = {
    name: projectName.replace(/[|=]/g, ' '),
    driver: 'postgresql',
    host,
    port,
    database,
    user: databaseRole,
    'prop.sslmode': 'require',
    'prop.options': `endpoint=${computeId}`,
  };
  const connection = Object.entries(pairs).map(([key, value]) => `${key}=${value}`);
  return `dbeaver -con ${shellQuoted(connection.join('|'))}`;
}

// pgAdmin 4, "Import/Export Servers": the JSON format.
function pgAdminServers(target: ConnectTarget): string {
  const { host, port, database, databaseRole, computeId, projectName } = target;
  const parameters = { sslmode: 'require', options: `endpoint=${computeId}` };
  const server = {
    Name: projectName,
    Group: 'Servers',
    Host: host,
    Port: port,
    MaintenanceDB: database,
    Username: databaseRole,
    ConnectionParameters: parameters,
  };
  return JSON.stringify({ Servers: { 1: server } }, null, 2);
}

function nodePostgres({ host, port, database, databaseRole: user, computeId, certificate }: ConnectTarget): string {
  return nodeSample({ host, port, database, user, options: `endpoint=${computeId}`, certificate });
}
