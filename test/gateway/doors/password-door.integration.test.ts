import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createAccessToken,
  type NewAccessToken,
  revokeAccessToken,
} from '../../../src/catalogue/access/access-tokens.ts';
import { recordEndedAccess } from '../../../src/catalogue/endings/ended-access.ts';
import { createDatabaseRole } from '../../../src/catalogue/projects/database-roles.ts';
import { createDatabase } from '../../../src/catalogue/projects/databases.ts';
import { changeProject, deleteProject } from '../../../src/catalogue/projects/projects.ts';
import { replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { Secret } from '../../../src/secret.ts';
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
    expect((await psql({ user: single.id, password: single.secret })).stderr).toContain(
      'too many connections with this access token (limit 1)',
    );
    await holder.end();
  });

  it('is refused where the client names another project or compute than its own', async () => {
    const token = await newToken();
    const { project, compute } = developer.project;
    const login = (PGOPTIONS: string) => psql({ user: token.id, password: token.secret, environment: { PGOPTIONS } });
    for (const own of [`endpoint=${compute.id}-pooler`, `project=${project.id}`, 'project=shop']) {
      expect((await login(own)).code).toBe(0);
    }
    for (const other of ['endpoint=ep-no-such-a1b2c3d4', 'project=no-such-12345678']) {
      const { stderr } = await login(other);
      expect(stderr).toMatch(/FATAL: {2}this access token is for compute ".+" of project "shop" only/);
    }
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

  // Rights are read together with the verifier, before the client proves the secret.
  it('is judged by the rules of now, also when they changed while it was proved', async () => {
    const token = await newToken();
    const { accountId } = developer;
    const replaceRules = (set: 'strict' | 'everyone') =>
      replaceAccessRules(gateway.catalogue, SYSTEM_CONTEXT, { accountId, set });
    const password = async () => {
      await replaceRules('strict');
      await gateway.fleet.liveConnections.endNow();
      return token.secret;
    };
    const login = { host: 'localhost', port: gateway.port, user: token.id, database: upstream.databases[0] };
    const client = new pg.Client({ ...login, password, ssl: { ca: gateway.caPem } });
    await expect(client.connect()).rejects.toMatchObject({ code: '42501' });
    await replaceRules('everyone');
    const allowed = new pg.Client({ ...login, password: token.secret, ssl: { ca: gateway.caPem } });
    await allowed.connect();
    await allowed.end();
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
  const byDatabase = () => ({ user: upstream.role.name, database: upstream.databases[0] ?? '' });
  const byEndpoint = (endpoint = developer.project.compute.id) => ({ PGOPTIONS: `endpoint=${endpoint}` });

  it('logs in by its own password with a database that only its project has', async () => {
    const run = await psql({ ...byDatabase(), password: upstream.role.password });
    expect(run).toEqual({ code: 0, stdout: `${upstream.databases[0]}\n`, stderr: '' });
  });

  it('is found by options, parameters and host name, pooled or not', async () => {
    const { project, compute } = developer.project;
    const login = { user: upstream.role.name, password: upstream.role.password };
    for (const word of [`endpoint=${compute.id}`, `endpoint=${compute.id}-pooler`, `project=${project.id}`]) {
      const run = await psql({ ...login, environment: { PGOPTIONS: word } });
      expect(run).toMatchObject({ code: 0, stdout: `${upstream.databases[0]}\n` });
    }
    for (const servername of [`${compute.id}.pg.example.com`, `${compute.id}-pooler.pg.example.com`]) {
      const ssl = { ca: gateway.caPem, servername };
      const client = new pg.Client({ host: '127.0.0.1', port: gateway.port, ...login, database: login.user, ssl });
      await client.connect();
      await client.end();
    }
    using client = await RawClient.connectTls(gateway);
    client.sendStartup({ user: login.user, endpoint: compute.id, project: project.id });
    await client.waitForType('R');
    expect(client.messages[0]?.body.readInt32BE()).toBe(10);
  });

  it('fails at once and alike for a wrong password and a name that the project lacks', async () => {
    const runs = [
      await psql({ ...byDatabase(), password: 'wrong' }),
      await psql({ user: upstream.role.name, password: 'wrong', environment: byEndpoint() }),
      await psql({ user: `${upstream.role.name}x`, password: upstream.role.password, environment: byEndpoint() }),
      await psql({
        user: 'alexlopez',
        password: 'wrong',
        environment: { PGOPTIONS: `project=${developer.project.project.id}`, PGCHANNELBINDING: 'require' },
      }),
    ];
    for (const { code, stderr } of runs) {
      expect(code).toBe(2);
      expect(stderr.match(/(?<=FATAL: {2}).*/g)).toEqual(['password authentication failed']);
    }
  });

  it('is told which project or compute does not exist, and gets no link', async () => {
    const gone = await addDeveloper(gateway, upstream);
    await deleteProject(gateway.catalogue, SYSTEM_CONTEXT, gone.project.project.id);
    const unknown = {
      [`endpoint=${gone.project.compute.id}`]: `endpoint "${gone.project.compute.id}" does not exist`,
      [`endpoint=${gone.project.compute.id}-pooler`]: `endpoint "${gone.project.compute.id}" does not exist`,
      [`project=${gone.project.project.id}`]: `project "${gone.project.project.id}" does not exist`,
      'project=no-such-project': 'project "no-such-project" does not exist',
      'endpoint=%65': 'endpoint "%65" does not exist',
    };
    for (const [PGOPTIONS, message] of Object.entries(unknown)) {
      for (const PGCHANNELBINDING of ['require', 'prefer']) {
        const environment = { PGOPTIONS, PGCHANNELBINDING };
        const run = await psql({ user: upstream.role.name, password: upstream.role.password, environment });
        expect(run.stderr.match(/(?<=FATAL: {2}).*/g)).toEqual([message]);
        expect(run.stderr).toContain('HINT:');
        expect(run.code).toBe(2);
      }
    }
    using client = await RawClient.connectTls(gateway, `${gone.project.compute.id}.pg.example.com`);
    client.sendStartup({ user: 'alexlopez' });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '28000', M: `endpoint "${gone.project.compute.id}" does not exist` });
  });

  it('is never found by its name alone, nor by a database of its own name', async () => {
    const { user } = byDatabase();
    for (const database of [user, 'postgres', 'acme/shop']) {
      using client = await RawClient.connectTls(gateway);
      client.sendStartup({ user, database });
      await client.waitForNotice(/^Welcome/);
    }
  });
});

// Any account could make a role called like an account on somebody's machine: that person's psql
// was then asked for a password, and even a live grant was ignored.
describe('what another account makes', () => {
  it('leaves a person’s link and a working password alone, whatever its names', async () => {
    const user = `alex_${randomBytes(4).toString('hex')}`;
    const [own, theirs] = [await createUpstream(), await createUpstream()];
    const victim = await addDeveloper(gateway, own);
    const hostile = await addDeveloper(gateway, theirs);
    const { branchId } = hostile.project;
    const place = { projectId: hostile.project.project.id, branchId };
    const [ownDatabase = ''] = own.databases;
    for (const name of [user, own.role.name]) {
      await createDatabaseRole(gateway.catalogue, SYSTEM_CONTEXT, { ...place, name, password: new Secret('theirs') });
    }
    for (const name of [user, ownDatabase, 'postgres', victim.project.project.id]) {
      await createDatabase(gateway.catalogue, SYSTEM_CONTEXT, { ...place, name, ownerName: user });
    }
    await changeProject(gateway.catalogue, SYSTEM_CONTEXT, {
      projectId: hostile.project.project.id,
      changes: { name: ownDatabase },
    });
    for (const database of [user, ownDatabase, 'postgres', victim.project.project.id, 'shop']) {
      using client = await RawClient.connectTls(gateway);
      client.sendStartup({ user, database });
      await client.waitForNotice(/^Welcome/);
    }
    const run = await psql({ user: own.role.name, password: own.role.password, database: ownDatabase });
    expect(run).toEqual({ code: 0, stdout: `${ownDatabase}\n`, stderr: '' });
    await gateway.catalogue.db.deleteFrom('projects').where('id', '=', place.projectId).execute();
    await gateway.catalogue.db.deleteFrom('projects').where('id', '=', victim.project.project.id).execute();
    for (const each of [own, theirs]) await each.close();
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
  const client = new pg.Client({
    ...{ host: 'localhost', port, user, password, ssl: { ca: caPem } },
    database: upstream.databases[0],
  });
  await client.connect();
  await client.end();
}
