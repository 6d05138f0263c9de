import { describe, expect, it, onTestFinished } from 'vitest';
import { SYSTEM_CONTEXT } from '../../src/catalogue/audit-context.ts';
import { createUser } from '../../src/catalogue/users.ts';
import { Secret } from '../../src/secret.ts';
import { openCatalogueOn, openTestCatalogue, newSealingKey } from '../support/catalogue-for-tests.ts';
import { Sealer } from '../../src/catalogue/sealing.ts';
import { createTestDatabase } from '../support/postgres-for-tests.ts';

describe('opening the catalogue', () => {
  it('migrates once when several nodes start at the same time', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    const sealer = new Sealer([newSealingKey()]);
    const nodes = await Promise.all(Array.from({ length: 4 }, () => openCatalogueOn(database.url, { sealer })));
    const [first, second] = nodes;
    await createUser(first!, SYSTEM_CONTEXT, { email: 'ada@example.com', name: 'Ada', password: new Secret('correct horse') });
    expect(await second!.db.selectFrom('users').select('name').execute()).toEqual([{ name: 'Ada' }]);
  });

  it('opens again on a catalogue that is up to date', async () => {
    const sealer = new Sealer([newSealingKey()]);
    const catalogue = await openTestCatalogue({ sealer });
    const again = await openCatalogueOn(catalogue.url, { sealer });
    expect(await again.db.selectFrom('users').selectAll().execute()).toEqual([]);
  });

  it('says that the store is unavailable when Postgres is not there', async () => {
    const options = { url: 'postgres://postgres@127.0.0.1:1/postgres' };
    await expect(openCatalogueOn(options.url)).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
