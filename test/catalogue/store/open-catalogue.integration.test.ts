import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import {
  addPerson,
  newSealingKey,
  openCatalogueOn,
  openTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';
import { createTestDatabase } from '../../support/databases/postgres-for-tests.ts';

describe('opening the catalogue', () => {
  it('migrates once when several nodes start at the same time', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    const sealer = new Sealer([newSealingKey()]);
    const nodes = await Promise.all(Array.from({ length: 4 }, () => openCatalogueOn(database.url, { sealer })));
    const people = await Promise.all(nodes.map((node, index) => addPerson(node, `person-${index}`)));
    for (const node of nodes) {
      const { length } = await node.db.selectFrom('users').select('id').execute();
      expect(length).toBe(people.length);
    }
  });

  it('opens an up-to-date catalogue again and keeps its contents', async () => {
    const sealer = new Sealer([newSealingKey()]);
    const catalogue = await openTestCatalogue({ sealer });
    const { email } = await addPerson(catalogue, 'ada');
    const again = await openCatalogueOn(catalogue.url, { sealer });
    expect(await again.db.selectFrom('users').select('email').execute()).toEqual([{ email }]);
  });

  it('works without the right to create roles', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    const admin = await connect(database.url);
    const role = `${database.name}_owner`;
    await admin.query(`create role ${role} login password 'plain'`);
    await admin.query(`grant all on schema public to ${role}`);
    onTestFinished(async () => {
      await admin.query(`drop owned by ${role}`);
      await admin.query(`drop role ${role}`);
      await admin.end();
    });
    const url = new URL(database.url);
    url.username = role;
    url.password = 'plain';
    const catalogue = await openCatalogueOn(url.href);
    const { userId } = await addPerson(catalogue, 'ada');
    expect(await catalogue.db.selectFrom('users').select('id').execute()).toEqual([{ id: userId }]);
    await catalogue.close();
  });
});

describe('an unavailable catalogue', () => {
  it('cannot be opened, and throws store_unavailable', async () => {
    await expect(openCatalogueOn('postgres://postgres@127.0.0.1:1/postgres')).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('throws store_unavailable during work, and works again when it is back', async () => {
    const catalogue = await openTestCatalogue();
    const admin = await connect(catalogue.url);
    onTestFinished(() => admin.end());
    await catalogue.db.selectFrom('users').select('id').execute();
    const lost = catalogue.transaction(async (tx) => {
      await tx.selectFrom('users').select('id').execute();
      await admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      return tx.selectFrom('users').select('id').execute();
    });
    await expect(lost).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await catalogue.db.selectFrom('users').select('id').execute()).toEqual([]);
  });
});

describe('a transaction', () => {
  it('is rolled back when its work fails', async () => {
    const catalogue = await openTestCatalogue();
    const failing = catalogue.transaction(async (tx) => {
      await tx
        .insertInto('setup_codes')
        .values({ code_hash: Buffer.alloc(32), created_at: new Date(), expires_at: new Date() })
        .execute();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await catalogue.db.selectFrom('setup_codes').selectAll().execute()).toEqual([]);
  });
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
