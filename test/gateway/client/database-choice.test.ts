import { describe, expect, it } from 'vitest';
import { chooseDatabase, type DatabaseWish } from '../../../src/gateway/client/database-choice.ts';
import { namesDatabase } from '../../../src/gateway/client/startup-parameters.ts';

const PLACE = {
  account: { id: 'org-acme', name: 'Acme' },
  project: { id: 'ocean-art-12345678', name: 'Shop' },
  database: 'app',
  databases: ['app', 'analytics', 'feature/x', 'acme/other'],
};

const choose = (requestedDatabase: string, strength: DatabaseWish['strength'] = 'wanted') =>
  chooseDatabase({ requestedDatabase, strength }, PLACE);

function startup(database: string, user: string) {
  return { protocolVersion: { major: 3, minor: 0 }, user, database, parameters: new Map(), protocolOptions: [] };
}

describe('the database of a connection', () => {
  it.each(['analytics', 'feature/x', 'acme/other'])('is the typed one that is known: %s', (database) => {
    expect(choose(database)).toEqual({ kind: 'known', database, fallback: 'app' });
  });

  it('is the known one that is called like the user, and else the approved one', () => {
    // psql -U analytics -d analytics entered another database.
    expect(choose('analytics', 'none')).toEqual({ kind: 'known', database: 'analytics', fallback: 'app' });
    expect(choose('alexlopez', 'none')).toEqual({ kind: 'known', database: 'app', fallback: null });
  });

  it.each(['shop', 'ocean-art-12345678', 'acme/shop', 'org-acme/ocean-art-12345678', 'ACME/SHOP'])(
    'is the approved one, with no other try, where the word is the project: %s',
    (word) => {
      expect(choose(word)).toEqual({ kind: 'known', database: 'app', fallback: null });
    },
  );

  it.each(['made_by_sql', 'acme/elsewhere', 'acme/shop/main'])(
    'is asked for where only the compute can know it: %s',
    (word) => {
      expect(choose(word)).toEqual({ kind: 'ask', database: word });
    },
  );

  it('is always the one that a program named', () => {
    expect(choose('reports', 'required')).toEqual({ kind: 'known', database: 'reports', fallback: null });
  });

  it('has one try where it is the approved one', () => {
    expect(choose('app')).toEqual({ kind: 'known', database: 'app', fallback: null });
  });

  it('was not named where libpq only repeated the user name', () => {
    expect(namesDatabase(startup('reports', 'reports'))).toBe(false);
    expect(namesDatabase(startup('reports', 'alex'))).toBe(true);
  });
});
