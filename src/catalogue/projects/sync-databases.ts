// Updates the list of a branch's databases, which people also create and drop by SQL.

import type { BranchId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

/** Not audited, since nobody changed anything through Postern. */
export async function syncDatabases(
  catalogue: Catalogue,
  upstream: { readonly branchId: BranchId; readonly databases: ReadonlyArray<{ name: string; ownerName: string }> },
): Promise<void> {
  const { branchId, databases } = upstream;
  const now = catalogue.clock.now();
  const names = databases.map((database) => database.name);
  await catalogue.transaction(async (tx) => {
    const gone = tx.deleteFrom('databases').where('branch_id', '=', branchId);
    await (names.length === 0 ? gone : gone.where('name', 'not in', names)).execute();
    if (names.length === 0) return;
    const stamps = { branch_id: branchId, created_at: now, updated_at: now };
    await tx
      .insertInto('databases')
      .values(databases.map(({ name, ownerName }) => ({ ...stamps, name, owner_name: ownerName })))
      .onConflict((conflict) => conflict.columns(['branch_id', 'name']).doNothing())
      .execute();
  });
}
