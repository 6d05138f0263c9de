// Which database a connection gets: the one that the client named, else the approved one.

import { assertNever } from '../../assert-never.ts';

export interface DatabaseWish {
  readonly requestedDatabase: string;
  /** `none`: libpq repeated the user's name; `wanted`: a person typed it; `required`: a program. */
  readonly strength: 'none' | 'wanted' | 'required';
}

/** Where GUI tools connect first: every server has it, and on a host it belongs to no project. */
export function isMaintenanceDatabase(database: string): boolean {
  return database === 'postgres' || database === 'template1';
}

/**
 * The databases to ask for, in order: people make them by SQL, so the upstream alone knows. A
 * `required` one that does not exist is the upstream's to refuse (3D000).
 */
export function databaseCandidates(
  { requestedDatabase, strength }: DatabaseWish,
  chosenDatabase: string,
): readonly [first: string, second?: string] {
  switch (strength) {
    case 'none':
      return [chosenDatabase];
    case 'wanted':
      return requestedDatabase === chosenDatabase ? [chosenDatabase] : [requestedDatabase, chosenDatabase];
    case 'required':
      return [requestedDatabase];
    default:
      return assertNever(strength);
  }
}
