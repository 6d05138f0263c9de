// The program behind an application_name: many add to their name what differs each time, such as
// puma a process id, DBeaver the name of a file, dbt the id of a run.

// PostgreSQL itself keeps 63 bytes of it.
const LONGEST_CHARACTERS = 256;
/** `DBeaver 23.3 - Script-12.sql`, `pgAdmin 4 - CONN:4711` */
const DETAIL = /\s-\s.*$/s;
const BRACKETS = /\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}|<[^<>]*>/g;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const WORD = /[a-z\d]+/gi;
const SEPARATORS = /[\s:;,.#|/@_-]*\s[\s:;,.#|/@_-]*/g;
const REPEATED = /([:;,.#|/@_-])[:;,.#|/@_-]+/g;
const AT_THE_ENDS = /^[\s:;,.#|/@_-]+|[\s:;,.#|/@_-]+$/g;

/** Never empty: a name that nothing is left of is taken whole. */
export function programName(application: string): string {
  const name = application
    .slice(0, LONGEST_CHARACTERS)
    .replace(DETAIL, '')
    .replace(BRACKETS, ' ')
    .replace(UUID, '')
    .replace(WORD, withoutNumber)
    .replace(SEPARATORS, ' ')
    .replace(REPEATED, '$1')
    .replace(AT_THE_ENDS, '');
  return name === '' ? application : name;
}

/** `worker12` is a worker; `8f3a2c` is an id of a run. */
function withoutNumber(word: string): string {
  if (!/\d/.test(word)) return word;
  return /^([a-z]+)\d+$/i.exec(word)?.[1] ?? '';
}

/**
 * A known program as people call it; null for any other, whose name is the client's own text and
 * has no place in a heading.
 */
export function findAsker(application: string | null): string | null {
  const name = application === null ? '' : programName(application).toLowerCase();
  return KNOWN_PROGRAMS.find((known) => known.toLowerCase() === name) ?? null;
}

const KNOWN_PROGRAMS: readonly string[] = [
  ...['psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pgbench', 'pg_basebackup', 'pg_receivewal', 'pg_recvlogical'],
  ...['pgAdmin', 'pgcli', 'DBeaver', 'DataGrip', 'Beekeeper Studio', 'TablePlus', 'Postico', 'usql'],
];
