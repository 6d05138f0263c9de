// When two connections come from one terminal. All but the place are claims of the client.

import { createHash } from 'node:crypto';
import type { LoginName } from '../../catalogue/access/login-names.ts';
import { normalizeAddress, terminalKey } from '../../network-address.ts';
import type { AgentClaim } from '../terms/agent.ts';
import { hasKey, type Located, localityOf, placeKey } from './locality.ts';

export interface Terminal extends Located {
  readonly requestedUser: string;
  readonly application: string | null;
  /** What it says it acts for, with its reason; absent or null: a person. */
  readonly agent?: AgentClaim | null | undefined;
}

/** For any application. */
export type UserAtPlace = Pick<Terminal, 'address' | 'key' | 'locality' | 'requestedUser'>;

/**
 * SHA-256 in hex; IPv6 counts by its /64, an application by its program's name. With a key no
 * program counts, since the key's holder can say any name.
 */
export function terminalDigest({ requestedUser, application, agent = null, ...located }: Terminal): string {
  const program = application === null || hasKey(located) ? null : programName(application);
  // What a person said to one reason of an agent is no answer to another.
  const claim = agent === null ? [] : [agent.name, agent.reason];
  return digest([placeKey(located), requestedUser, program, ...claim]);
}

/** For any application, since a reverse code may be typed into another program. */
export function loginNameDigest({ requestedUser, ...located }: UserAtPlace): string {
  return digest([placeKey(located), requestedUser]);
}

/** For any application and any Unix user of this machine, so that it needs no look at sockets. */
export function userAtAddressDigest({ address, key, requestedUser }: Pick<UserAtPlace, KnownAtOnce>): string {
  return digest([hasKey({ key }) ? `key ${key}` : terminalKey(address), requestedUser]);
}

export type KnownAtOnce = 'address' | 'key' | 'requestedUser';

/** What the catalogue remembers of it; browsers tell who is at an address, not who has a key. */
export function loginNameOf({ requestedUser, ...located }: UserAtPlace): LoginName {
  const isAtAddress = localityOf(located).kind === 'remote' && !hasKey(located);
  const browserAddresses = isAtAddress ? [normalizeAddress(located.address)] : [];
  return { place: placeKey(located), browserAddresses, requestedUser };
}

function digest(parts: ReadonlyArray<string | null>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

// The program behind an application_name: many add to their name what differs each time, such as
// puma a process id, DBeaver the name of a file, dbt the id of a run.

// PostgreSQL itself keeps 63 bytes of it.
const LONGEST_CHARACTERS = 256;
/** `DBeaver 23.3 - Script-12.sql`, `pgAdmin 4 - CONN:4711`, and with the longer dashes. */
const DETAIL = /\s[-–—]\s.*$/s;
/** A pod of Kubernetes: its template's hash and its own five signs, without vowels, 0, 1 and 3. */
const POD = /-[bcdf-hj-np-tv-xz24-9]{6,10}-[bcdf-hj-np-tv-xz24-9]{5}(?![a-z\d])/gi;
const BRACKETS = /\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}|<[^<>]*>/g;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const WORD = /[a-z\d]+/gi;
/** `deadbeef`, `fe12ab34`: an id, as long as no word is. */
const HEXADECIMAL = /^(?:[a-f]{8,}|(?=.*\d)[a-f\d]{6,})$/i;
/** Of brackets in brackets; deeper ones tell nothing. */
const DEEPEST = 4;
const SEPARATORS = /[\s:;,.#|/@_-]*\s[\s:;,.#|/@_-]*/g;
const REPEATED = /([:;,.#|/@_-])[:;,.#|/@_-]+/g;
const AT_THE_ENDS = /^[\s:;,.#|/@_-]+|[\s:;,.#|/@_-]+$/g;

/** Never empty: a name that nothing is left of is taken whole. */
export function programName(application: string): string {
  const name = withoutBrackets(application.slice(0, LONGEST_CHARACTERS).replace(DETAIL, ''))
    .replace(UUID, '')
    .replace(POD, '')
    .replace(WORD, withoutNumber)
    .replace(SEPARATORS, ' ')
    .replace(REPEATED, '$1')
    .replace(AT_THE_ENDS, '');
  return name === '' ? application : name;
}

function withoutBrackets(text: string): string {
  let left = text;
  for (let depth = 0; depth < DEEPEST; depth += 1) left = left.replace(BRACKETS, ' ');
  return left;
}

/** `worker12` is a worker; `8f3a2c` is an id of a run. */
function withoutNumber(word: string): string {
  if (HEXADECIMAL.test(word)) return '';
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
  ...['pgAdmin', 'pgcli', 'DBeaver', 'DataGrip', 'Beekeeper Studio', 'TablePlus', 'Postico', 'usql', 'postern connect'],
];
