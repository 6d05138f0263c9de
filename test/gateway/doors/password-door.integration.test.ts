import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createAccessToken,
  type NewAccessToken,
  revokeAccessToken,
} from '../../../src/catalogue/access/access-tokens.ts';
import { recordEndedAccess } from '../../../src/catalogue/endings/ended-access.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { endAccess } from '../../support/nodes/fleet-for-tests.ts';
import { runPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import {
  addDeveloper,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { RawClient } from '../raw-client.ts';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(gateway, upstream);
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function newToken(changes: Partial<NewAccessToken> = {}) {
  const input: NewAccessToken = {
    name: 'CI',
    computeId: developer.project.compute.id,
    owner: 'self',
    access: 'read_write',
    ...changes,
  };
  const { accessToken, secret } = await createAccessToken(
    gateway.catalogue,
    await actingAs(gateway.catalogue, developer),
    input,
  );
  return { id: accessToken.id, secret: secret.reveal() };
}

interface Login {
  readonly user: string;
  readonly password: string;
  readonly database?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly sslmode?: string;
  readonly sql?: string;
}

/** psql 15 over TLS; what it printed. */
function psql({ user, password, database, environment = {}, sslmode = 'require', sql }: Login) {
  const args = ['-X', '-A', '-t', '-h', 'localhost', '-p', String(gateway.port), '-U', user];
  return runPsql({
    args: [...args, ...(database === undefined ? [] : ['-d', database]), '-c', sql ?? 'select current_database()'],
    env: { PGPASSWORD: password, PGSSLMODE: sslmode, ...environment },
  });
}

describe('an access token', () => {
  it('is a password for psql, without a NOTICE of ours', async () => {
    const token = await newToken();
    const run = await psql({ user: token.id, password: token.secret });
    expect(run).toEqual({ code: 0, stdout: `${upstream.databases[0]}\n`, stderr: '' });
  });

  it('satisfies channel_binding=require and node-postgres alike', async () => {
    const token = await newToken();
    const bound = await psql({
      user: token.id,
      password: token.secret,
      environment: { PGCHANNELBINDING: 'require' },
      sql: 'select 7',
    });
    expect(bound).toEqual({ code: 0, stdout: '7\n', stderr: '' });
    const client = new pg.Client({
      host: 'localhost',
      port: gateway.port,
      user: token.id,
      password: token.secret,
      database: upstream.databases[1],
      ssl: { ca: gateway.caPem },
    });
    await client.connect();
    expect((await client.query('select current_database() as name')).rows).toEqual([{ name: upstream.databases[1] }]);
    await client.end();
  });

  it('keeps the application’s own name, and stamps one where there is none', async () => {
    const token = await newToken();
    const named = await psql({ user: token.id, password: token.secret, sql: 'show application_name' });
    expect(named.stdout).toBe('psql\n');
    const config = { host: 'localhost', port: gateway.port, ssl: { ca: gateway.caPem } };
    const client = new pg.Client({
      ...config,
      user: token.id,
      password: token.secret,
      database: upstream.databases[0],
    });
    await client.connect();
    const { rows } = await client.query('show application_name');
    expect(rows).toEqual([{ application_name: expect.stringMatching(/^postern:c[a-z0-9]{12} person-/) }]);
    await client.end();
  });

  it('fails alike for a wrong secret, an unknown name and a revoked token', async () => {
    const [wrong, revoked] = [await newToken(), await newToken()];
    await revokeAccessToken(gateway.catalogue, await actingAs(gateway.catalogue, developer), revoked.id);
    const unknown = `tok-${randomBytes(8).toString('hex')}`;
    const runs = [
      await psql({ user: wrong.id, password: 'wrong' }),
      await psql({ user: unknown, password: wrong.secret }),
      await psql({ user: revoked.id, password: revoked.secret }),
    ];
    for (const { code, stderr } of runs) {
      expect(code).toBe(2);
      expect(stderr).toContain('FATAL:  password authentication failed\n');
      expect(stderr.match(/FATAL/g)).toHaveLength(1);
    }
  });

  it('is limited to its networks, its database and its number of connections', async () => {
    const far = await newToken({ allowedNetworks: ['203.0.113.0/24'] });
    expect((await psql({ user: far.id, password: far.secret })).stderr).toContain('connections from 127.0.0.1');

    const bound = await newToken({ database: upstream.databases[0] ?? null });
    const elsewhere = await psql({ user: bound.id, password: bound.secret, database: upstream.databases[1] ?? '' });
    expect(elsewhere.stderr).toContain(`this access token is for database "${upstream.databases[0]}" only`);

    const single = await newToken({ maxConnections: 1 });
    const holder = new pg.Client({
      host: 'localhost',
      port: gateway.port,
      user: single.id,
      password: single.secret,
      database: upstream.databases[0],
      ssl: { ca: gateway.caPem },
    });
    await holder.connect();
    expect((await psql({ user: single.id, password: single.secret })).stderr).toContain('too many connections');
    await holder.end();
  });

  it('gets the upstream’s own refusal for a database that does not exist', async () => {
    const token = await newToken();
    const run = await psql({ user: token.id, password: token.secret, database: 'no_such_database' });
    expect(run.stderr).toContain('FATAL:  database "no_such_database" does not exist');
  });

  it('is never asked for in clear text', async () => {
    const token = await newToken();
    using client = await RawClient.connect(gateway);
    client.sendStartup({ user: token.id });
    await client.waitForEnd();
    expect(client.types).toBe('E');
    expect(client.fatal).toMatchObject({ C: '28000', M: 'connection requires TLS' });
  });

  it('ends its connections when its row was deleted by SQL and they are checked again', async () => {
    const token = await newToken();
    const login = { host: 'localhost', port: gateway.port, user: token.id, password: token.secret };
    const client = new pg.Client({ ...login, database: upstream.databases[0], ssl: { ca: gateway.caPem } });
    const ended = new Promise<Error>((resolve) => client.on('error', resolve));
    await client.connect();
    await gateway.catalogue.db.deleteFrom('access_tokens').where('id', '=', token.id).execute();
    const owners = { accessTokenId: token.id };
    await gateway.catalogue.transaction((tx) => recordEndedAccess(tx, { kind: 'recheck', owners }));
    await gateway.fleet.liveConnections.endNow();
    expect((await ended).message).toBe('terminating connection because access was revoked');
  });

  it('refuses a login whose secret is revoked while it is proved', async () => {
    const token = await newToken();
    // Asked for after the server read the verifier. The row stays: only the ending tells of the
    // change.
    const password = async () => {
      await endAccess({ ...gateway, ...gateway.fleet }, { accessTokenId: token.id });
      return token.secret;
    };
    const login = { host: 'localhost', port: gateway.port, user: token.id, password };
    const client = new pg.Client({ ...login, database: upstream.databases[0], ssl: { ca: gateway.caPem } });
    await expect(client.connect()).rejects.toMatchObject({ code: '42501' });
  });

  it('ends its connections when it is revoked', async () => {
    const token = await newToken();
    const client = new pg.Client({
      host: 'localhost',
      port: gateway.port,
      user: token.id,
      password: token.secret,
      database: upstream.databases[0],
      ssl: { ca: gateway.caPem },
    });
    const ended = new Promise<Error>((resolve) => client.on('error', resolve));
    await client.connect();
    await endAccess({ ...gateway, ...gateway.fleet }, { accessTokenId: token.id });
    expect((await ended).message).toBe('terminating connection because access was revoked');
  });
});

describe('a database role of a project', () => {
  it('logs in by its own password where its name is unique', async () => {
    const run = await psql({ user: upstream.role.name, password: upstream.role.password });
    expect(run).toEqual({ code: 0, stdout: `${upstream.databases[0]}\n`, stderr: '' });
  });

  it('is found by options or host name where its name is not unique', async () => {
    const twin = await createUpstream();
    const first = await addDeveloper(gateway, twin);
    const second = await addDeveloper(gateway, twin);
    const login = { user: twin.role.name, password: twin.role.password };
    const options = [`endpoint=${first.project.compute.id}`, `project=${second.project.project.id}`];
    for (const PGOPTIONS of options) {
      const run = await psql({ ...login, environment: { PGOPTIONS } });
      expect(run).toMatchObject({ code: 0, stdout: `${twin.databases[0]}\n` });
    }
    const byHost = new pg.Client({
      host: '127.0.0.1',
      port: gateway.port,
      ...login,
      database: twin.databases[0],
      ssl: { ca: gateway.caPem, servername: `${first.project.compute.id}.pg.example.com` },
    });
    await byHost.connect();
    await byHost.end();
    await gateway.catalogue.db
      .deleteFrom('projects')
      .where(
        'id',
        'in',
        [first, second].map((d) => d.project.project.id),
      )
      .execute();
    await twin.close();
  });

  it('fails like a token with a wrong password', async () => {
    const run = await psql({ user: upstream.role.name, password: 'wrong' });
    expect(run.stderr).toContain('FATAL:  password authentication failed\n');
  });

  it('gets a link when several projects have it and nothing names one', async () => {
    const shared = await createUpstream();
    await addDeveloper(gateway, shared);
    await addDeveloper(gateway, shared);
    using client = await RawClient.connectTls(gateway);
    client.sendStartup({ user: shared.role.name });
    await client.waitForNotice(/^Welcome/);
    client.destroy();
    await shared.close();
  });
});

describe('guessing', () => {
  // Ten wrong passwords refused every right one from the same address for a minute.
  it('never keeps the owner out, who logs in at once between wrong passwords', async () => {
    const guarded = await startGateway();
    onTestFinished(() => guarded.close());
    await addDeveloper(guarded, upstream);
    const { name, password } = upstream.role;
    const rejections: unknown[] = [];
    const guesses = Array.from({ length: 20 }, () =>
      nodePostgres(guarded, name, 'wrong').catch((error: unknown) => rejections.push(error)),
    );
    await waitUntil(() => rejections.length >= 2, 'the first two are answered');
    for (let login = 0; login < 10; login++) await nodePostgres(guarded, name, password);
    for (const rejection of rejections) expect(rejection).toMatchObject({ code: '28P01' });
    expect(guarded.gateway.connectionCounts().sockets).toBeGreaterThan(0);
    await guarded.close();
    await Promise.all(guesses);
  });

  it('is answered late, and never with a code that pools take for too many connections', async () => {
    const figures = { gapsMs: [0, 86_400_000], windowMs: 2 * 86_400_000, longestWaitMs: 0 };
    const guarded = await startGateway({ pace: figures });
    onTestFinished(() => guarded.close());
    await addDeveloper(guarded, upstream);
    const { name, password } = upstream.role;
    await expect(nodePostgres(guarded, name, 'wrong')).rejects.toMatchObject({ code: '28P01' });
    await expect(nodePostgres(guarded, name, 'wrong')).rejects.toMatchObject({
      code: '28000',
      message: 'too many wrong passwords for this name from this address',
      hint: expect.stringMatching(/^Retry in \d{5} s; /),
    });
    await nodePostgres(guarded, name, password);
  });

  it('of names that do not exist goes the same way', async () => {
    const figures = { gapsMs: [0, 86_400_000], windowMs: 2 * 86_400_000, longestWaitMs: 0 };
    const guarded = await startGateway({ pace: figures });
    onTestFinished(() => guarded.close());
    const codes: unknown[] = [];
    for (let guess = 0; guess < 2; guess++) {
      await nodePostgres(guarded, 'tok-0123456789abcdef', 'wrong').catch((error: unknown) => codes.push(error));
    }
    expect(codes).toMatchObject([{ code: '28P01' }, { code: '28000' }]);
  });
});

async function nodePostgres({ port, caPem }: GatewayForTests, user: string, password: string): Promise<void> {
  const client = new pg.Client({ host: 'localhost', port, user, password, database: user, ssl: { ca: caPem } });
  await client.connect();
  await client.end();
}
