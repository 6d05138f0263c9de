// Which client works by which door: what the tests here and in e2e/conformance must prove, door by
// door. `npm run docs` makes the table of docs/clients.md of it.

export const DOORS = ['link', 'grant', 'token'] as const;
export type Door = (typeof DOORS)[number];

/** `second_try`: the link comes as an error, and after the approval the next connection gets in. */
export type Way = 'yes' | 'second_try' | 'no';

export interface ClientRow {
  readonly client: string;
  readonly doors: Readonly<Record<Door, Way>>;
  readonly advice: string;
}

const EVERY_DOOR = { link: 'yes', grant: 'yes', token: 'yes' } as const;
const SECOND_TRY = { link: 'second_try', grant: 'yes', token: 'yes' } as const;

/** Drivers that stream changes where the compute's policy allows it, or are told 0A000. */
export const REPLICATING = ['psycopg2', 'psycopg3', 'pgjdbc', 'nodePostgres', 'postgresJs'] as const;

export const CLIENTS = {
  psql: { client: 'psql', doors: EVERY_DOOR, advice: 'the link is a NOTICE' },
  pgDump: {
    client: 'pg_dump, pg_restore',
    doors: EVERY_DOOR,
    advice: 'with `-j` choose "1 hour" on the page: the other connections get in by the grant',
  },
  replication: {
    client: 'pg_basebackup, pg_receivewal, pg_recvlogical',
    doors: EVERY_DOOR,
    advice:
      'where the policy allows replication; psycopg 2 and 3, pgjdbc, node-postgres and postgres.js then stream changes, too',
  },
  pgbench: { client: 'pgbench', doors: EVERY_DOOR, advice: 'as with `-j`' },
  nodePostgres: {
    client: 'node-postgres: knex, TypeORM, Drizzle, Prisma',
    doors: SECOND_TRY,
    advice: "the link comes as an error; approve, connect again; `client.on('notice', …)` shows it at once",
  },
  postgresJs: { client: 'postgres.js', doors: EVERY_DOOR, advice: 'it prints the link; raise `connect_timeout`' },
  psycopg2: {
    client: 'psycopg 2: Django, SQLAlchemy, pg_activity',
    doors: SECOND_TRY,
    advice: 'the link goes to standard error, and comes as an error; approve, connect again',
  },
  psycopg3: { client: 'psycopg 3', doors: SECOND_TRY, advice: 'the link comes as an error; approve, connect again' },
  pgx: {
    client: 'Go pgx',
    doors: SECOND_TRY,
    advice: "likewise; `OnNotice` of the connection's configuration shows the link at once",
  },
  pgjdbc: {
    client: 'pgjdbc: DBeaver, DataGrip',
    doors: SECOND_TRY,
    advice: 'likewise; its dialog shows the error',
  },
  libPq: {
    client: 'Go lib/pq',
    doors: SECOND_TRY,
    advice: 'likewise; its listener is a connection of its own',
  },
  tokioPostgres: {
    client: 'tokio-postgres: rust-postgres',
    doors: SECOND_TRY,
    advice: 'likewise; its `connect_timeout` ends with the TCP connection',
  },
  asyncpg: {
    client: 'asyncpg',
    doors: SECOND_TRY,
    advice: 'likewise; for a pool choose "1 hour"',
  },
  pgAdmin: {
    client: 'pgAdmin 4, pgcli',
    doors: SECOND_TRY,
    advice: 'likewise; choose "1 hour", since they open a connection for each tab, database or search of names',
  },
  dbdPg: { client: 'DBD::Pg', doors: SECOND_TRY, advice: 'as psycopg 2' },
  rubyPg: { client: 'ruby-pg', doors: SECOND_TRY, advice: 'as psycopg 2' },
  phpPdo: { client: 'PHP PDO', doors: SECOND_TRY, advice: 'the link comes as an error; approve, connect again' },
  pg8000: {
    client: 'pg8000',
    doors: { ...SECOND_TRY, token: 'no' },
    advice: 'likewise; version 1.10 knows no SCRAM, which tokens need',
  },
  pgloader: {
    client: 'pgloader',
    doors: SECOND_TRY,
    advice: 'as psycopg 2; it verifies certificates, so with one of your own set `SSL_CERT_FILE`',
  },
  psqlOdbc: { client: 'psqlODBC', doors: SECOND_TRY, advice: 'likewise' },
} as const satisfies Record<string, ClientRow>;

const SIGNS: Record<Way, string> = { yes: '✓', second_try: '✓ second try', no: '–' };

/** Rows of the table in docs/clients.md. */
export function clientRows(clients: readonly ClientRow[] = Object.values(CLIENTS)): string[] {
  return clients.map(({ client, doors, advice }) => {
    const signs = DOORS.map((door) => SIGNS[doors[door]]);
    return `| ${[client, ...signs, advice].join(' | ')} |`;
  });
}
