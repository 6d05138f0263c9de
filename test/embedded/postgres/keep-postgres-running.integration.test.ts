import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { postmasterPid } from '../../support/databases/postmaster.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe('a Postgres that keeps dying', () => {
  it('is given up loudly after a few deaths, and can still be closed', async () => {
    await using folder = await temporaryFolder();
    const lines: string[] = [];
    const log = pino({ level: 'error' }, linesInto(lines));
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log, settings: { fsync: 'off' } });
    const cluster = join(folder.path, 'postgres-18');
    const pid = await postmasterPid(cluster);
    await rm(join(cluster, 'global', 'pg_control'));
    process.kill(pid, 'SIGKILL');
    const last = await waitUntil(() => lines.find((line) => line.includes('not started again')), 'it gives up');
    expect(JSON.parse(last)).toMatchObject({ level: 60, last_words: expect.stringContaining('pg_control') });
    expect(lines.filter((line) => line.includes('died and is started again')).length).toBeGreaterThan(3);
    await postgres.close();
  });
});

function linesInto(lines: string[]): Writable {
  return new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
}
