// Which client works by which door: the table of docs/clients.md, and what the conformance tests
// must prove, door by door.

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
  nodePostgres: { client: 'node-postgres', doors: EVERY_DOOR, advice: "`client.on('notice', …)` shows the link" },
  postgresJs: { client: 'postgres.js', doors: EVERY_DOOR, advice: 'it prints the link; raise `connect_timeout`' },
  psycopg2: { client: 'psycopg 2', doors: EVERY_DOOR, advice: 'the link goes to standard error' },
  psycopg3: {
    client: 'psycopg 3',
    doors: { link: 'no', grant: 'yes', token: 'yes' },
    advice:
      'shows no NOTICE while it connects: approve a psql with the same `PGAPPNAME` first, or list that name in `POSTERN_NOTICE_BLIND_CLIENTS`',
  },
  pgx: { client: 'Go pgx', doors: EVERY_DOOR, advice: "`OnNotice` of the connection's configuration shows the link" },
  pgjdbc: {
    client: 'pgjdbc: DBeaver, DataGrip',
    doors: { link: 'second_try', grant: 'yes', token: 'yes' },
    advice: 'shows no NOTICE: the link comes as an error; approve, connect again',
  },
  libPq: {
    client: 'Go lib/pq',
    doors: { link: 'second_try', grant: 'yes', token: 'yes' },
    advice: 'likewise; its listener is a connection of its own',
  },
  asyncpg: {
    client: 'asyncpg',
    doors: { link: 'second_try', grant: 'yes', token: 'yes' },
    advice: 'likewise; for a pool choose "1 hour"',
  },
  pgAdmin: {
    client: 'pgAdmin 4, pgcli',
    doors: { link: 'second_try', grant: 'yes', token: 'yes' },
    advice: 'likewise; choose "1 hour", since they open a connection for each tab, database or search of names',
  },
  dbdPg: { client: 'DBD::Pg', doors: EVERY_DOOR, advice: 'the link goes to standard error' },
} as const satisfies Record<string, ClientRow>;

const SIGNS: Record<Way, string> = { yes: '✓', second_try: '✓ second try', no: '–' };

/** Rows of the table in docs/clients.md. */
export function clientRows(clients: readonly ClientRow[] = Object.values(CLIENTS)): string[] {
  return clients.map(({ client, doors, advice }) => {
    const signs = DOORS.map((door) => SIGNS[doors[door]]);
    return `| ${[client, ...signs, advice].join(' | ')} |`;
  });
}
