// Which database a connection gets: the one the client named where that was meant and exists, else
// the approved one.

import { assertNever } from '../../assert-never.ts';

export interface DatabaseWish {
  readonly requestedDatabase: string;
  /**
   * `none`: libpq only repeated the user's name. `wanted`: a person typed it, and also sees where
   * the login leads. `required`: a program named it, and must not work in another one unawares.
   */
  readonly strength: 'none' | 'wanted' | 'required';
}

/**
 * The databases to ask the upstream for, in this order, the next one only when it does not have the
 * one before: people make databases by SQL, so the upstream alone knows. A `required` one that does
 * not exist is the upstream's to refuse (3D000). `chosenDatabase` is what was chosen at approval,
 * or the compute's own database.
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
