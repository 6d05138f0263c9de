// Which database a connection gets: the one the client named where that was meant and exists, else the approved one.

import { assertNever } from '../assert-never.ts';

export interface DatabaseWish {
  readonly requestedDatabase: string;
  /**
   * `none`: libpq only repeated the user's name. `wanted`: a person typed it, and also sees where the login leads.
   * `required`: a program named it, and must not work in another one unawares.
   */
  readonly strength: 'none' | 'wanted' | 'required';
}

export interface DatabaseOffer {
  /** Names of the databases that the catalogue knows on this compute. */
  readonly databases: readonly string[];
  /** What was chosen at approval, or the compute's own database. */
  readonly chosenDatabase: string;
}

/** The database to ask the upstream for; a `required` one that does not exist is the upstream's to refuse (3D000). */
export function chooseDatabase({ requestedDatabase, strength }: DatabaseWish, offer: DatabaseOffer): string {
  switch (strength) {
    case 'none':
      return offer.chosenDatabase;
    case 'wanted':
      return offer.databases.includes(requestedDatabase) ? requestedDatabase : offer.chosenDatabase;
    case 'required':
      return requestedDatabase;
    default:
      return assertNever(strength);
  }
}

/** True when the requested database is not just the requested user's name, which libpq sends by default. */
export function isExplicitDatabase(requestedDatabase: string, requestedUser: string): boolean {
  return requestedDatabase !== requestedUser;
}
