// What each sslmode gets from a gateway that requires TLS; no client ever comes back in clear text
// after a refusal.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestCa } from '../../support/certificates-for-tests.ts';
import { type Desk, finish, LINK, openDesk } from '../../support/nodes/desk.ts';
import { startTcpRelay, type TcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DEVELOPMENT_CA = 'certs/ca.crt';

let desk: Desk;
let relay: TcpRelay;

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_TLS: 'require' } });
  relay = await startTcpRelay(desk.node.pgPort);
});

afterAll(async () => {
  await relay.close();
  await desk.close();
});

const throughRelay = () => ({ at: { pgPort: relay.port } });

describe.each(['15', '17', '18'] as const)('psql %s', (version) => {
  it('with sslmode=disable gets one message: use TLS', async () => {
    const before = relay.connectionCount;
    const psql = desk.psql(['-c', 'select 1'], { version, env: { PGSSLMODE: 'disable' }, ...throughRelay() });
    expect(await finish(psql)).toMatchObject({ code: 2, stdout: '' });
    expect(psql.stderr().match(/connection requires TLS/g)).toHaveLength(1);
    expect(psql.stderr()).toContain('HINT:  Set sslmode=require.');
    expect(psql.stderr()).not.toMatch(LINK);
    expect(relay.connectionCount - before).toBe(1);
  });

  it('with sslmode=allow comes back over TLS by itself', async () => {
    const before = relay.connectionCount;
    const { code, stdout } = await desk.login(['-Atc', 'select 1'], {
      version,
      env: { PGSSLMODE: 'allow' },
      ...throughRelay(),
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n' });
    expect(relay.connectionCount - before).toBe(2);
  });

  it.each([
    ['prefer', {}],
    ['require', {}],
    ['verify-ca', { PGSSLROOTCERT: DEVELOPMENT_CA }],
    ['verify-full', { PGSSLROOTCERT: DEVELOPMENT_CA }],
  ])('with sslmode=%s logs in on one encrypted connection', async (PGSSLMODE, more) => {
    const before = relay.connectionCount;
    const env = { PGSSLMODE, ...more };
    const login = await desk.login(['-h', 'localhost', '-c', '\\conninfo'], { version, env, ...throughRelay() });
    expect(login).toMatchObject({ code: 0, stdout: expect.stringMatching(/TLSv1\.3/) });
    expect(relay.connectionCount - before).toBe(1);
  });
});

describe('a client that verifies the certificate', () => {
  it('sends nothing to a gateway with an unknown authority', async () => {
    await using folder = await temporaryFolder();
    const otherCa = join(folder.path, 'ca.crt');
    await writeFile(otherCa, (await makeTestCa('Somebody else')).caPem);
    const before = relay.connectionCount;
    const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: otherCa };
    const psql = desk.psql(['-h', 'localhost', '-c', 'select 1'], { env, ...throughRelay() });
    expect((await finish(psql)).stderr).toContain('certificate verify failed');
    expect(psql.stderr()).not.toMatch(LINK);
    expect(relay.connectionCount - before).toBe(1);
  });
});

describe.each(['17', '18'] as const)('psql %s with sslnegotiation=direct', (version) => {
  it('logs in over TLS from the first byte', async () => {
    const env = { PGSSLMODE: 'verify-full', PGSSLNEGOTIATION: 'direct', PGSSLROOTCERT: DEVELOPMENT_CA };
    const login = await desk.login(['-h', 'localhost', '-c', '\\conninfo'], { version, env, ...throughRelay() });
    expect(login).toMatchObject({ code: 0, stdout: expect.stringMatching(/TLSv1\.3/) });
  });
});

describe('psql 18 that requires protocol 3.2', () => {
  it('speaks protocol 3.2 with the gateway', async () => {
    const env = { PGMINPROTOCOLVERSION: '3.2', PGMAXPROTOCOLVERSION: 'latest' };
    const login = await desk.login(['-c', '\\conninfo'], { version: '18', env });
    expect(login).toMatchObject({ code: 0, stdout: expect.stringMatching(/Protocol Version +\| 3\.2/) });
  });
});
