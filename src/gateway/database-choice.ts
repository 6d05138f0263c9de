// Which database a connection gets: the one the client named where that was meant and exists, else the approved one.

export interface DatabaseWish {
  readonly requestedDatabase: string;
  /** The person typed it: libpq otherwise sends the user's name as the database. */
  readonly isExplicit: boolean;
}

export interface DatabaseOffer {
  /** Names of the databases that the catalogue knows on this compute. */
  readonly databases: readonly string[];
  /** What was chosen at approval, or the compute's own database. */
  readonly chosenDatabase: string;
}

/** The database to ask the upstream for. A project hint (`-d account/project`) names none, so the chosen one wins. */
export function chooseDatabase(wish: DatabaseWish, offer: DatabaseOffer): string {
  const isHonoured = wish.isExplicit && offer.databases.includes(wish.requestedDatabase);
  return isHonoured ? wish.requestedDatabase : offer.chosenDatabase;
}

/** True when the requested database is not just the requested user's name, which libpq sends by default. */
export function isExplicitDatabase(requestedDatabase: string, requestedUser: string): boolean {
  return requestedDatabase !== requestedUser;
}
