// What is typed into the one search field of the list: words, and words behind a key, such as
// `state:waiting` or `node:"node a"`. All of them must hold.

import type { LiveRow } from './live-row.ts';
import { type State, stateOf } from './live-state.ts';

export const SEARCH_KEYS = ['state', 'node', 'user', 'project', 'compute', 'address', 'app', 'db'] as const;
export type SearchKey = (typeof SEARCH_KEYS)[number];

/** Without a key it is looked for everywhere. */
export interface Term {
  readonly key: SearchKey | null;
  /** In lower case. */
  readonly value: string;
}

const PART = /(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;

export function termsOf(search: string): Term[] {
  return [...search.matchAll(PART)].map(([text, before = '', quoted, bare = '']) => {
    const key = SEARCH_KEYS.find((known) => known === before.toLowerCase());
    // An address such as `fe80::1` has no key.
    if (key === undefined) return { key: null, value: text.replaceAll('"', '').toLowerCase() };
    return { key, value: (quoted ?? bare).toLowerCase() };
  });
}

export function searchOf(terms: readonly Term[]): string {
  return terms
    .map(({ key, value }) => {
      const written = /\s/.test(value) ? `"${value}"` : value;
      return key === null ? written : `${key}:${written}`;
    })
    .join(' ');
}

/** Puts the term in, in place of another with its key, or takes it out when it is there. */
export function toggled(search: string, term: Term): string {
  const terms = termsOf(search);
  const others = terms.filter(({ key, value }) => key !== term.key || (key === null && value !== term.value));
  return searchOf(has(terms, term) ? others : [...others, term]);
}

export function has(terms: readonly Term[], { key, value }: Term): boolean {
  return terms.some((other) => other.key === key && other.value === value);
}

/** For many rows, since the text is read once. */
export function matcherOf(search: string): (row: LiveRow) => boolean {
  const terms = termsOf(search).filter(({ value }) => value !== '');
  return (row) => terms.every((term) => matches(row, term));
}

function matches(row: LiveRow, { key, value }: Term): boolean {
  if (key === 'state') return isInState(row, value);
  const texts = key === null ? everyText(row) : FIELDS[key](row);
  return texts.join(' ').toLowerCase().includes(value);
}

/** `connected` is what is past its approval, whatever it does. */
function isInState(row: LiveRow, value: string): boolean {
  if (value === ('connected' satisfies State)) return row.phase === 'relaying';
  return stateOf(row).startsWith(value);
}

const FIELDS: Readonly<Record<Exclude<SearchKey, 'state'>, (row: LiveRow) => ReadonlyArray<string | null>>> = {
  node: ({ node }) => [node],
  user: ({ person, requestedUser }) => [person, requestedUser],
  project: ({ project }) => [project],
  compute: ({ compute }) => [compute],
  address: ({ address }) => [address],
  app: ({ application }) => [application],
  db: ({ database, databaseRole }) => [database, databaseRole],
};

/** At once and not by key: a letter typed over 20,000 rows reads all of them. */
function everyText(row: LiveRow): ReadonlyArray<string | number | null> {
  const { node, person, requestedUser, project, compute, address, application, database, databaseRole, pid, id } = row;
  return [node, person, requestedUser, project, compute, address, application, database, databaseRole, pid, id];
}
