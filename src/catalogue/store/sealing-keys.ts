// Checks the configured sealing keys: each key that seals leaves a canary, start-up fails when a
// canary's key is missing or does not open it, and a rotation ends by resealing everything.

import { sql } from 'kysely';
import type { Catalogue } from './catalogue.ts';
import { keyIdOf, type SealedPlace } from './sealing.ts';

const CANARY_TEXT = 'postern sealing canary';
/** Rows resealed per statement, so that no lock is held for long. */
const RESEAL_BATCH = 200;

/** Every column that holds a sealed value; the `id` of its table is part of the sealed place. */
const SEALED_COLUMNS = [
  { table: 'computes', column: 'sealed_tls_client_key' },
  { table: 'database_roles', column: 'sealed_password' },
  { table: 'one_time_code_secrets', column: 'sealed_secret' },
  { table: 'notification_targets', column: 'sealed_url' },
  { table: 'notification_targets', column: 'sealed_secret' },
  { table: 'oauth_signing_keys', column: 'sealed_private_key' },
] as const;

/** Throws an Error when a needed key is missing or wrong; otherwise remembers the current key. */
export async function checkSealingKeys(catalogue: Catalogue): Promise<void> {
  const { sealer } = catalogue;
  const canaries = await catalogue.db.selectFrom('sealing_canaries').selectAll().execute();
  for (const canary of canaries) {
    if (!sealer.knowsKey(canary.key_id)) {
      throw new Error(`the catalogue holds values sealed with key ${canary.key_id}, which is not configured`);
    }
    if (sealer.open(canary.sealed_canary, canaryPlace(canary.key_id)).reveal() !== CANARY_TEXT) {
      throw new Error(`sealing key ${canary.key_id} does not open what it sealed`);
    }
  }
  await catalogue.db
    .insertInto('sealing_canaries')
    .values({
      key_id: sealer.currentKeyId,
      sealed_canary: sealer.seal(CANARY_TEXT, canaryPlace(sealer.currentKeyId)),
      created_at: catalogue.clock.now(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Returns the number of values resealed; then other keys may be removed. Safe on many nodes. */
export async function resealEverything(catalogue: Catalogue): Promise<number> {
  let resealedCount = 0;
  for (const place of SEALED_COLUMNS) {
    for (let count = RESEAL_BATCH; count === RESEAL_BATCH; resealedCount += count) {
      count = await resealBatch(catalogue, place);
    }
  }
  await catalogue.db.deleteFrom('sealing_canaries').where('key_id', '<>', catalogue.sealer.currentKeyId).execute();
  return resealedCount;
}

async function resealBatch(catalogue: Catalogue, { table, column }: (typeof SEALED_COLUMNS)[number]): Promise<number> {
  const { sealer } = catalogue;
  return catalogue.transaction(async (tx) => {
    const { rows } = await sql<{ id: string; sealed: string }>`
      select id, ${sql.ref(column)} as sealed from ${sql.table(table)}
      where ${sql.ref(column)} is not null and ${sql.ref(column)} not like ${`${sealer.currentKeyId}.%`}
      limit ${RESEAL_BATCH} for update
    `.execute(tx);
    for (const row of rows.filter(({ sealed }) => keyIdOf(sealed) !== sealer.currentKeyId)) {
      const place: SealedPlace = { table, rowId: row.id, column };
      const resealed = sealer.seal(sealer.open(row.sealed, place).reveal(), place);
      await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${resealed} where id = ${row.id}`.execute(tx);
    }
    return rows.length;
  });
}

function canaryPlace(keyId: string): SealedPlace {
  return { table: 'sealing_canaries', rowId: keyId, column: 'sealed_canary' };
}
