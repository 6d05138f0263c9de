import { describe, expect, it } from 'vitest';
import { databaseCandidates, isExplicitDatabase } from '../../../src/gateway/client/database-choice.ts';

describe('the database of a connection', () => {
  it('is the typed one, or the approved one where the upstream has no such database', () => {
    expect(databaseCandidates({ requestedDatabase: 'reports', strength: 'wanted' }, 'app')).toEqual(['reports', 'app']);
    expect(databaseCandidates({ requestedDatabase: 'app', strength: 'wanted' }, 'app')).toEqual(['app']);
  });

  it('is always the one that a program named', () => {
    expect(databaseCandidates({ requestedDatabase: 'reports', strength: 'required' }, 'app')).toEqual(['reports']);
  });

  it('is the approved one when libpq only repeated the user name', () => {
    expect(databaseCandidates({ requestedDatabase: 'reports', strength: 'none' }, 'app')).toEqual(['app']);
    expect(isExplicitDatabase('reports', 'reports')).toBe(false);
    expect(isExplicitDatabase('reports', 'alex')).toBe(true);
  });
});
