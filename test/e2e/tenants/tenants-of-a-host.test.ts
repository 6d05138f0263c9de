// Two projects of different people on one server: what one of them does with the password of its
// role, and what it sees of the other.

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personalAccountId } from '../../../src/ids.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { readerOf } from '../../provisioning/provisioning-for-tests.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import {
  addPerson,
  addProject,
  createInstallation,
  type TestInstallation,
  type TestNode,
} from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const SHARE = 6;

let installation: TestInstallation;
let nodes: TestNode[];
let greedy: HostedProject;
let other: HostedProject;
const clients: pg.Client[] = [];

beforeAll(async () => {
  installation = await createInstallation();
  const environment = { POSTERN_CONNECTIONS_PER_PROJECT: String(SHARE) };
  nodes = [await installation.startNode(environment), await installation.startNode(environment)];
  const [first] = nodes;
  if (first === undefined) throw new Error('two nodes were started');
  // Each counts with the list of nodes that it keeps for a beat.
  const isListed = async () => (await first.postern.fleet.heartbeat.findOtherNodes()).length === 1;
  await waitUntil(isListed, 'the first node counts the connections of the second');
  const [ann, ben] = [
    await addPerson(first, { email: 'ann@example.com' }),
    await addPerson(first, { email: 'ben@example.com' }),
  ];
  greedy = await addProject(first, { accountId: personalAccountId(ann.id), name: 'greedy' });
  other = await addProject(first, { accountId: personalAccountId(ben.id), name: 'other' });
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end().catch(() => {})));
  await installation.close();
});

interface Door {
  readonly host: string;
  readonly port: number;
  readonly ssl?: { readonly rejectUnauthorized: false };
}

const through = (node: TestNode | undefined): Door => ({
  host: '127.0.0.1',
  port: node?.pgPort ?? 0,
  ssl: { rejectUnauthorized: false },
});
const pastPostern = (): Door => ({ host: new URL(postgresUrl()).hostname, port: Number(new URL(postgresUrl()).port) });

/** By the password of the project's own role, which is what a connection string has. */
async function connect(project: HostedProject, door: Door, more: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({
    ...door,
    user: project.roles[0]?.name,
    password: project.password.reveal(),
    database: project.databases[0]?.name,
    ...more,
  });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

async function closeAll(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.end()));
}

describe('a project that opens as many connections as it can', () => {
  it('gets its share over all nodes, is told so, and leaves the others theirs', async () => {
    for (let count = 0; count < SHARE; count += 1) await connect(greedy, through(nodes[count % 2]));
    for (const node of nodes) {
      await expect(connect(greedy, through(node))).rejects.toMatchObject({
        code: '53300',
        message: expect.stringContaining(`all ${SHARE} connections`),
        hint: expect.stringContaining('POSTERN_CONNECTIONS_PER_PROJECT'),
      });
    }
    const neighbour = await connect(other, through(nodes[0]));
    expect((await neighbour.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await closeAll();
    await waitUntil(() => connect(greedy, through(nodes[0])).catch(() => null), 'closed connections count no more');
    await closeAll();
  });

  it('is stopped by the server when it goes past Postern', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 3 * SHARE }, () => connect(greedy, pastPostern())));
    const refused = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
    expect(refused.length).toBeGreaterThanOrEqual(SHARE);
    for (const reason of refused)
      expect(reason).toMatchObject({ code: '53300', message: /too many connections for role/ });
    const neighbour = await connect(other, through(nodes[0]));
    expect((await neighbour.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await expect(
      neighbour.query(`ALTER ROLE "${other.roles[0]?.name}" CONNECTION LIMIT -1`),
      'no role lifts its own limit',
    ).rejects.toMatchObject({ code: '42501' });
    await closeAll();
  });
});

describe('what a tenant sees of another', () => {
  it('is a connection’s id, and neither a person nor an address of one', async () => {
    await connect(greedy, through(nodes[0]));
    const spy = await connect(other, through(nodes[0]));
    const { rows } = await spy.query(
      `SELECT application_name, client_addr::text, query FROM pg_stat_activity WHERE datname = $1`,
      [greedy.databases[0]?.name],
    );
    expect(rows).toEqual([
      {
        application_name: expect.stringMatching(/^postern:c[a-z0-9]{12}$/),
        client_addr: null,
        query: '<insufficient privilege>',
      },
    ]);
    await closeAll();
  });

  it('holds no e-mail address or comment of ours in the shared catalogs', async () => {
    const spy = await connect(other, through(nodes[0]));
    const { rows } = await spy.query(
      `SELECT row_to_json(r)::text AS text FROM pg_roles r UNION ALL SELECT row_to_json(d)::text FROM pg_database d
       UNION ALL SELECT row_to_json(s)::text FROM pg_db_role_setting s UNION ALL SELECT description FROM pg_shdescription
       UNION ALL SELECT application_name FROM pg_stat_activity UNION ALL SELECT label FROM pg_shseclabel`,
    );
    const text = rows.map((row) => row.text).join('\n');
    expect(text).not.toMatch(/ann@example|ben@example/);
    await closeAll();
  });
});

describe('what a tenant can do to another', () => {
  it.each([
    ['its database', 'ALTER DATABASE "$database" SET statement_timeout = 1'],
    ['who may enter its database', 'REVOKE CONNECT ON DATABASE "$database" FROM "$role"'],
    ['the limit of its database', 'ALTER DATABASE "$database" CONNECTION LIMIT 0'],
    ['what its database is called by', 'COMMENT ON DATABASE "$database" IS \'x\''],
    ['its role', 'ALTER ROLE "$role" SET search_path = x'],
    ['its role in the own database', 'ALTER ROLE "$role" IN DATABASE "$own" SET search_path = x'],
    ['the settings of everybody', 'ALTER ROLE ALL SET search_path = x'],
    ['who is a member of whom', 'GRANT "$owner" TO "$role"'],
    ['whose the own database is', 'ALTER DATABASE "$own" OWNER TO "$role"'],
    ['whom the own objects belong to', 'CREATE SCHEMA AUTHORIZATION "$role"'],
    [
      'its sessions',
      "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '$role'; END $$",
    ],
    ['event triggers', 'CREATE EVENT TRIGGER t ON login EXECUTE FUNCTION x()'],
    ['replication slots', "SELECT pg_create_physical_replication_slot('x')"],
    ['subscriptions', "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p"],
    ['tablespaces', "CREATE TABLESPACE t LOCATION '/tmp/t'"],
    ['libraries', 'ALTER DATABASE "$own" SET session_preload_libraries = \'x\''],
  ])('does not include %s', async (_what, sql) => {
    const [role, database] = [greedy.roles[0]?.name ?? '', greedy.databases[0]?.name ?? ''];
    const [owner, own] = [other.roles[0]?.name ?? '', other.databases[0]?.name ?? ''];
    const victim = await connect(greedy, through(nodes[0]));
    const spy = await connect(other, through(nodes[0]));
    const names: Record<string, string> = { role, database, owner, own };
    const statement = sql.replace(/\$(role|database|owner|own)\b/g, (_match, name: string) => names[name] ?? '');
    await expect(spy.query(statement)).rejects.toMatchObject({ code: '42501' });
    expect((await victim.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await closeAll();
  });
});

// Everybody who only reads in a project is the same role of PostgreSQL, which may alter itself.
describe('people who read as one role', () => {
  const readers = async (node = nodes[0]): Promise<pg.Client> => {
    if (node === undefined) throw new Error('two nodes were started');
    const { role, password } = await readerOf(node.postern, greedy);
    return await connect(greedy, through(node), { user: role, password: password.reveal() });
  };
  const settingsOfRole = `SELECT name, setting FROM pg_settings WHERE source IN ('user', 'database user')`;
  const storedForRole = `SELECT split_part(one, '=', 1) AS name, split_part(one, '=', 2) AS setting
    FROM pg_db_role_setting, unnest(setconfig) one WHERE setrole = CURRENT_USER::regrole`;
  const onlyOurs = [{ name: 'default_transaction_read_only', setting: 'on' }];

  it.each([
    ['search_path', "SET search_path = 'nothing'"],
    ['a setting in one database', 'IN DATABASE "$database" SET statement_timeout = 1'],
    ['one that ends sessions', 'SET idle_session_timeout = 1'],
    ['one that refuses logins', "SET local_preload_libraries = 'nothing'"],
    ['the right to write', 'SET default_transaction_read_only = off'],
    ['no settings at all', 'RESET ALL'],
    ['one that no view shows', 'SET seed = 0.5'],
    ['a password', "PASSWORD 'mine'"],
  ])('begin with none that one of them made: %s', async (_what, change) => {
    const attacker = await readers();
    await attacker.query('SET default_transaction_read_only = off');
    await attacker.query(`ALTER ROLE CURRENT_USER ${change.replace('$database', greedy.databases[0]?.name ?? '')}`);
    const [next, elsewhere] = await Promise.all([readers(), readers(nodes[1])]);
    for (const client of [next, elsewhere]) expect((await client.query(settingsOfRole)).rows).toEqual(onlyOurs);
    expect((await next.query(storedForRole)).rows).toEqual(onlyOurs);
    await closeAll();
  });

  it('begin with none although somebody changes them all the time', async () => {
    const attacker = await readers();
    await attacker.query('SET default_transaction_read_only = off');
    let isOver = false;
    const attack = (async () => {
      for (let count = 0; !isOver; count += 1) {
        for (const setting of ['application_name', 'search_path']) {
          // What both sides change at the same moment PostgreSQL refuses one of them.
          await attacker.query(`ALTER ROLE CURRENT_USER SET ${setting} = 'x${count}'`).catch(() => {});
        }
      }
    })();
    for (let count = 0; count < 4; count += 1) {
      const next = await readers().catch((error: unknown) => error);
      if (next instanceof pg.Client) expect((await next.query(settingsOfRole)).rows).toEqual(onlyOurs);
      else expect(next).toMatchObject({ code: '55P03', message: expect.stringContaining('read-only role') });
      if (next instanceof pg.Client) await next.end();
    }
    isOver = true;
    await attack;
    expect((await (await readers()).query(settingsOfRole)).rows).toEqual(onlyOurs);
    await closeAll();
  });

  it('make no large objects', async () => {
    const client = await readers();
    await client.query('SET default_transaction_read_only = off');
    await expect(client.query('SELECT lo_create(0)')).rejects.toMatchObject({ code: '42501' });
    await closeAll();
  });
});

describe('a person who was let in once', () => {
  it('finds no way back by what was granted to a role of another project', async () => {
    // Each name was entered by a role of the own project, past its removal and a reset password.
    const [role, database] = [other.roles[0]?.name ?? '', greedy.databases[0]?.name ?? ''];
    const inside = await connect(greedy, through(nodes[0]));
    await inside.query(`GRANT CONNECT ON DATABASE "${database}" TO "${role}"`);
    const back = { database, options: `endpoint=${other.compute.id}` };
    await expect(connect(other, through(nodes[0]), back)).rejects.toMatchObject({
      code: '3D000',
      message: `database "${database}" does not exist`,
    });
    await inside.query(`REVOKE CONNECT ON DATABASE "${database}" FROM "${role}"`);
    const closed = await connect(other, through(nodes[0]), back).catch((error: unknown) => error);
    expect(closed, 'the same as without the grant').toMatchObject({ code: '3D000' });
    await closeAll();
  });

  it('still enters what is made for the own project by SQL', async () => {
    const name = `${other.databases[0]?.name}_by_sql`;
    await runAsSuperuser(`CREATE DATABASE "${name}" OWNER "${other.roles[0]?.name}"`);
    const options = `endpoint=${other.compute.id}`;
    const entered = () => connect(other, through(nodes[0]), { database: name, options }).catch(() => null);
    const client = await waitUntil(entered, 'the database is entered');
    expect((await client.query('SELECT current_database() AS name')).rows).toEqual([{ name }]);
    await closeAll();
  });
});
