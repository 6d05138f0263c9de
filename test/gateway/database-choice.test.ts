import { describe, expect, it } from 'vitest';
import { chooseDatabase, isExplicitDatabase } from '../../src/gateway/database-choice.ts';

const offer = { databases: ['app', 'reports'], chosenDatabase: 'app' };

describe('the database of a connection', () => {
  it('is the requested one when the person typed it and the compute has it', () => {
    expect(chooseDatabase({ requestedDatabase: 'reports', strength: 'wanted' }, offer)).toBe('reports');
  });

  it('is the approved one when the requested one does not exist there', () => {
    expect(chooseDatabase({ requestedDatabase: 'acme/blue', strength: 'wanted' }, offer)).toBe('app');
  });

  it('is the approved one when libpq only repeated the user name, even if a database is called so', () => {
    expect(chooseDatabase({ requestedDatabase: 'reports', strength: 'none' }, offer)).toBe('app');
    expect(isExplicitDatabase('reports', 'reports')).toBe(false);
    expect(isExplicitDatabase('reports', 'alex')).toBe(true);
  });
});
