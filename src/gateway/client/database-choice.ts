// Which database a connection gets: the one that the client named, else the approved one. What is
// known decides before anything is tried: a server may serve some databases only.

import { assertNever } from '../../assert-never.ts';

export interface DatabaseWish {
  readonly requestedDatabase: string;
  /** `none`: libpq repeated the user's name; `wanted`: a person typed it; `required`: no other. */
  readonly strength: 'none' | 'wanted' | 'required';
}

export interface Named {
  readonly id: string;
  readonly name: string | null;
}

/** What is known of the place that was approved. */
export interface ApprovedPlace {
  readonly account: Named;
  readonly project: Named;
  /** The approved database. */
  readonly database: string;
  /** Those that the catalogue knows. */
  readonly databases: readonly string[];
}

export interface KnownDatabase {
  readonly kind: 'known';
  readonly database: string;
  /** Where the upstream refuses that one. */
  readonly fallback: string | null;
}

/** `ask`: perhaps made by SQL; the compute is asked whether it has it. */
export type DatabaseChoice = KnownDatabase | { readonly kind: 'ask'; readonly database: string };

/** A `required` database that does not exist is the upstream's to refuse (3D000). */
export function chooseDatabase({ requestedDatabase, strength }: DatabaseWish, place: ApprovedPlace): DatabaseChoice {
  const { database: approved, databases } = place;
  switch (strength) {
    case 'required':
      return { kind: 'known', database: requestedDatabase, fallback: null };
    case 'none':
    case 'wanted': {
      const isApproved = requestedDatabase === approved;
      if (isApproved || databases.includes(requestedDatabase)) return entering(requestedDatabase, approved);
      const isUnknown = strength === 'wanted' && !namesProject(requestedDatabase, place);
      return isUnknown ? { kind: 'ask', database: requestedDatabase } : entering(approved, approved);
    }
    default:
      return assertNever(strength);
  }
}

export function entering(database: string, approved: string): KnownDatabase {
  return { kind: 'known', database, fallback: database === approved ? null : approved };
}

/** Whether a word of `-d` is the project's id or name, also behind its account's and a `/`. */
export function namesProject(word: string, { account, project }: Pick<ApprovedPlace, 'account' | 'project'>): boolean {
  if (isNamed(project, word)) return true;
  const [accountName = '', projectName = '', ...rest] = word.split('/');
  return rest.length === 0 && isNamed(account, accountName) && isNamed(project, projectName);
}

export function isNamed({ id, name }: Named, word: string): boolean {
  return word === id || word.toLowerCase() === name?.toLowerCase();
}

/** Where GUI tools connect first: every server has it, and on a host it belongs to no project. */
export function isMaintenanceDatabase(database: string): boolean {
  return database === 'postgres' || database === 'template1';
}
