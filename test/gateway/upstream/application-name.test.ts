import { describe, expect, it } from 'vitest';
import { stampApplicationName } from '../../../src/gateway/upstream/application-name.ts';
import { type ConnectionId, idFrom } from '../../../src/ids.ts';

const connectionId = idFrom<ConnectionId>('cabcdefghijkl');

describe('the stamp in application_name', () => {
  it('names the client’s application, the live connection and the person', () => {
    const stamp = stampApplicationName({ application: 'psql', connectionId, person: 'alex@example.com' });
    expect(stamp).toBe('psql postern:cabcdefghijkl alex@example.com');
  });

  it('stands alone where the client named no application', () => {
    const stamp = stampApplicationName({ application: null, connectionId, person: 'alex@example.com' });
    expect(stamp).toBe('postern:cabcdefghijkl alex@example.com');
  });

  it('names the connection alone where others could read the person', () => {
    const stamp = stampApplicationName({ application: 'psql', connectionId, person: null });
    expect(stamp).toBe('psql postern:cabcdefghijkl');
  });

  it('is at most 63 bytes: cuts the person, then the application', () => {
    const person = `${'p'.repeat(60)}@example.com`;
    expect(stampApplicationName({ application: 'psql', connectionId, person })).toBe(
      `psql postern:cabcdefghijkl ${'p'.repeat(36)}`,
    );
    const long = stampApplicationName({ application: 'a'.repeat(200), connectionId, person });
    expect(long).toHaveLength(63);
    expect(long).toMatch(/^a+ postern:cabcdefghijkl$/);
  });

  it('is printable ASCII for any name of the client and the person', () => {
    const stamp = stampApplicationName({ application: 'ps\u001b[31mql\n', connectionId, person: 'ål€x@example.com' });
    expect(stamp).toMatch(/^[\x20-\x7e]+$/);
  });
});
