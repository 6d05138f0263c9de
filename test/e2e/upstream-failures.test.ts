// Computes that are down, refuse, or have the wrong certificate: each ending has its SQLSTATE and
// text, once in the terminal and on the page.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from '../gateway/raw-client.ts';
import type { FormFields } from '../support/browser/web-client.ts';
import { makeTestCa } from '../support/certificates-for-tests.ts';
import { accountOf, attachCompute } from '../support/databases/attached-computes.ts';
import { postgresUrl, runAsSuperuser } from '../support/databases/postgres-for-tests.ts';
import { freePort } from '../support/databases/redis-for-tests.ts';
import { startTlsPostgres, type TlsPostgres } from '../support/databases/tls-postgres.ts';
import { type Desk, finish, linkOf, openDesk } from '../support/nodes/desk.ts';
import { startTcpRelay, type TcpRelay } from '../support/nodes/tcp-relay-for-tests.ts';

const CA = await makeTestCa('Their authority');
const OTHER_CA = await makeTestCa();
const APP = { role: 'app', password: 'their own password', database: 'postgres' };
const PORT = Number(new URL(postgresUrl()).port);

let desk: Desk;
let door: TcpRelay;
let secured: TlsPostgres;
let caPem: string;

beforeAll(async () => {
  desk = await openDesk();
  [door, secured] = await Promise.all([
    startTcpRelay(desk.node.pgPort),
    startTlsPostgres(await CA.issue({ names: ['db.example.com', 'localhost'] })),
  ]);
  await runAsSuperuser(`CREATE ROLE app LOGIN PASSWORD '${APP.password}'`, secured.url);
  caPem = readFileSync('certs/ca.crt', 'utf8');
});

afterAll(async () => {
  await Promise.all([door.close(), secured.close()]);
  await desk.close();
});

const verifying = (ca: string | null, serverName: string | null = null) =>
  ({ mode: 'verify-full', ca, serverName, clientCertificate: null }) as const;

describe('a compute with a valid certificate', () => {
  it.each([
    ['its host', 'localhost', null],
    ['the name that the compute was given', '127.0.0.1', 'db.example.com'],
  ])('is reached over TLS, by its own authority and %s', async (_by, host, serverName) => {
    const address = { port: secured.port, host, tls: verifying(CA.caPem, serverName) };
    const { choice } = await attachCompute(desk, address, APP);
    const sql = 'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()';
    expect(await desk.login(['-Atc', sql], { choice })).toMatchObject({ code: 0, stdout: 't|TLSv1.3\n' });
  });
});

interface Failing {
  readonly reason: string;
  readonly attach: () => Promise<{ readonly choice: FormFields }>;
  readonly sqlstate: string;
  readonly message: RegExp;
}

const FAILING: readonly Failing[] = [
  {
    reason: 'nothing listens',
    attach: async () => await attachCompute(desk, { port: await freePort() }, APP),
    sqlstate: '08001',
    message: /could not connect to compute "brought"/,
  },
  {
    reason: 'the password is refused',
    attach: () => attachCompute(desk, { port: PORT }, { ...accountOf(desk), password: 'not it' }),
    sqlstate: '28P01',
    message: /password authentication failed for user "\w+_owner"/,
  },
  {
    reason: 'the database does not exist',
    attach: () => attachCompute(desk, { port: PORT }, { ...accountOf(desk), database: 'nowhere' }),
    sqlstate: '3D000',
    message: /database "nowhere" does not exist/,
  },
  {
    reason: 'the certificate comes from another authority',
    attach: () => attachCompute(desk, { port: secured.port, host: 'localhost', tls: verifying(OTHER_CA.caPem) }, APP),
    sqlstate: '08001',
    message: /certificate of compute "brought" could not be verified/,
  },
  {
    reason: 'the certificate has another name',
    attach: () => attachCompute(desk, { port: secured.port, tls: verifying(CA.caPem, 'other.example.com') }, APP),
    sqlstate: '08001',
    message: /certificate of compute "brought" could not be verified/,
  },
  {
    reason: 'it has no TLS to verify',
    attach: () => attachCompute(desk, { port: PORT, host: 'localhost', tls: verifying(CA.caPem) }, accountOf(desk)),
    sqlstate: '08001',
    message: /certificate of compute "brought" could not be verified/,
  },
];

describe.each(FAILING)('when $reason', ({ attach, sqlstate, message }) => {
  it(`psql ends with ${sqlstate}, once, and the page says the same`, async () => {
    const { choice } = await attach();
    const before = door.connectionCount;
    const psql = desk.psql(['-c', 'select 1'], { at: { pgPort: door.port } });
    const page = await desk.browser.approve(await linkOf(psql), choice);
    const raw = await RawClient.connectTls({ port: desk.node.pgPort, caPem });
    raw.sendStartup({ user: 'alexlopez', application_name: 'psql' });
    await raw.waitForType('N');
    await desk.browser.approve(`${desk.node.baseUrl}/psql_session/${raw.token}`, choice);
    expect(await finish(psql)).toMatchObject({ code: 2, stdout: '' });
    expect(psql.stderr().match(/FATAL/g)).toHaveLength(1);
    expect(psql.stderr()).toMatch(message);
    expect(door.connectionCount - before).toBe(1);
    expect((await raw.waitForEnd()).fatal).toMatchObject({ C: sqlstate, M: expect.stringMatching(message) });
    expect((await desk.browser.get(page.url)).html).toContain('The connection failed');
  });
});

describe('a setting that the upstream does not know', () => {
  it("is refused in the upstream's words, without a second attempt of psql", async () => {
    const before = door.connectionCount;
    const env = { PGOPTIONS: '-c nosuchsetting=1' };
    const psql = desk.psql(['-c', 'select 1'], { env, at: { pgPort: door.port } });
    await desk.browser.approve(await linkOf(psql), { compute_id: desk.project.compute.id });
    expect((await finish(psql)).code).toBe(2);
    expect(psql.stderr()).toContain('unrecognized configuration parameter "nosuchsetting"');
    expect(door.connectionCount - before).toBe(1);
  });
});

describe('an upstream that is lost while the connection is idle', () => {
  it('ends the session with 08006', async () => {
    await using network = await startTcpRelay(PORT);
    const { choice } = await attachCompute(desk, { port: network.port }, accountOf(desk));
    const psql = desk.psql(['-At']);
    await desk.browser.approve(await linkOf(psql), choice);
    psql.write('select 6 * 7;\n');
    await psql.waitForStdout(/^42$/m);
    network.cut();
    psql.write('select 1;\n');
    psql.end();
    expect((await finish(psql)).code).toBe(2);
    expect(psql.stderr()).toContain('FATAL:  connection to upstream was lost');
  });
});
