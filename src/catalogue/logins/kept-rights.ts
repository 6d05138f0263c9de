// The rights of a login by password, read in one statement together with what it proves, so that a
// login asks the catalogue once.

import { type RightsReader, type RightsRow, rightsFromRow } from '../access/rights-reader.ts';
import type { CatalogueSnapshot } from '../endings/catalogue-snapshot.ts';

/** Rights as one statement read them. */
export interface RightsAsRead {
  readonly rights: RightsReader;
  readonly asOf: CatalogueSnapshot;
  /** When the statement was sent, by `performance.now()`. */
  readonly atMs: number;
}

export type LoginRow = RightsRow & { readonly as_of: CatalogueSnapshot };

export function keptRights(row: LoginRow, atMs: number): RightsAsRead {
  return { rights: rightsFromRow(row), asOf: row.as_of, atMs };
}
