import { describe, expect, it } from 'vitest';
import { databaseCandidates } from '../../../src/gateway/client/database-choice.ts';
import { namesDatabase } from '../../../src/gateway/client/startup-parameters.ts';

function startup(database: string, user: string) {
  return { protocolVersion: { major: 3, minor: 0 }, user, database, parameters: new Map(), protocolOptions: [] };
}

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
    expect(namesDatabase(startup('reports', 'reports'))).toBe(false);
    expect(namesDatabase(startup('reports', 'alex'))).toBe(true);
  });
});
