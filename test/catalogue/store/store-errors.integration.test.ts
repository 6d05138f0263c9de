import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCatalogue } from '../../../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import { isCatalogueUnserving, isPostgresAway } from '../../../src/catalogue/store/store-errors.ts';
import { systemClock } from '../../../src/clock.ts';
import { newNodeId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { newSealingKey } from '../../support/databases/catalogue-for-tests.ts';
import { createTestDatabase } from '../../support/databases/postgres-for-tests.ts';

const coded = (code: string) => Object.assign(new Error('said by Postgres'), { code });

describe('a catalogue that cannot serve now', () => {
  it.each([
    ['a statement that took too long', '57014'],
    ['a lock that took too long', '55P03'],
    ['a deadlock', '40P01'],
    ['a serialization failure', '40001'],
    ['an error of its file system', '58030'],
    ['a transaction that idled', '25P03'],
    ['a dropped database', '57P04'],
    ['a missing database', '3D000'],
    ['a changed password', '28P01'],
    ['a refused address', '28000'],
  ])('is told by %s (%s), and another server would not help', (_name, code) => {
    expect(isCatalogueUnserving(coded(code))).toBe(true);
    expect(isPostgresAway(coded(code))).toBe(false);
  });

  it.each(['08006', '57P01', '57P03', '25006', '53100', '53200', '53300', 'ECONNREFUSED'])('is told by %s', (code) => {
    expect(isCatalogueUnserving(coded(code))).toBe(true);
    expect(isPostgresAway(coded(code))).toBe(true);
  });

  it.each(['42P01', '42703', '23503', '22P02', 'XX000', 'XX001'])('is not told by %s, a defect', (code) => {
    expect(isCatalogueUnserving(coded(code))).toBe(false);
  });

  it('is one with a locked table: store_unavailable and not an internal error', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    const url = `${database.url}${database.url.includes('?') ? '&' : '?'}options=-c%20lock_timeout%3D100ms`;
    const away = { count: 0 };
    const catalogue = await openCatalogue({
      url: new Secret(url),
      log: createLog('silent'),
      clock: systemClock,
      sealer: new Sealer([newSealingKey()]),
      nodeId: newNodeId(),
    });
    onTestFinished(() => catalogue.close());
    catalogue.onAway(() => {
      away.count += 1;
    });
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query('begin; lock table users in access exclusive mode');
    const asked = catalogue.db.selectFrom('users').select('id').execute();
    await expect(asked).rejects.toMatchObject({ code: 'store_unavailable', sqlstate: '57P03' });
    expect(away.count).toBe(1);
    await holder.query('rollback');
    await expect(catalogue.db.selectFrom('users').select('id').execute()).resolves.toEqual([]);
  });
});
