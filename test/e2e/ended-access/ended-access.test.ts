// A right is taken away at one node, which is killed as soon as the change is committed; the other
// one, which nobody can tell, ends what rested on it. And the ways in which a revocation was lost
// when it was a message through Redis.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEndedAccess } from '../../../src/catalogue/endings/ended-access.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { openCatalogue } from '../../../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import { systemClock } from '../../../src/clock.ts';
import { newNodeId } from '../../../src/ids.ts';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { Secret } from '../../../src/secret.ts';
import { runCommand } from '../../cli/run-command.ts';
import { createUpstream, type UpstreamForTests } from '../../gateway/gateway-for-tests.ts';
import { createCatalogueDatabase, postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { type DebianRedis, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { silentLog } from '../../support/nodes/fleet-for-tests.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import { startTcpRelay, type TcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { expectAnswer } from '../fleet/answering-psql.ts';
import { developer, type Login } from './node-scene.ts';
import { EVERYTHING_TAKEN_AWAY, type Resting } from './taking-away.ts';

const ENDED_WITHIN_MS = 10_000;
const REVOKED = /FATAL: {2}terminating connection because access was revoked\n/;
const LIVING_ID = 'node-living';

let database: Awaited<ReturnType<typeof createCatalogueDatabase>>;
let catalogue: Catalogue;
let redis: DebianRedis;
let upstream: UpstreamForTests;
/**
 * Between Redis and the node that lives: while it is held, no other node can tell that one
 * anything.
 */
let hop: TcpRelay;
let environment: Record<string, string>;
let living: PosternProcess;
/** Started ahead, since each kind of change kills one. */
let next: Promise<PosternProcess>;
const psqls: PsqlRun[] = [];

beforeAll(async () => {
  [database, redis, upstream] = await Promise.all([createCatalogueDatabase(), startDebianRedis(), createUpstream()]);
  hop = await startTcpRelay(redis.port);
  environment = {
    ...nodeEnvironment(database.url, redis.url),
    POSTERN_SHARED_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: new URL(postgresUrl()).port,
  };
  const throughHop = { REDIS_URL: `redis://127.0.0.1:${hop.port}`, POSTERN_NODE_ID: LIVING_ID };
  living = await startPosternProcess({ environment: { ...environment, ...throughHop } });
  next = startPosternProcess({ environment });
  const sealer = new Sealer([new Secret(environment.POSTERN_SECRET_KEY ?? '')]);
  const url = new Secret(database.url);
  catalogue = await openCatalogue({ url, log: silentLog, clock: systemClock, sealer, nodeId: newNodeId() });
});

afterAll(async () => {
  for (const psql of psqls) psql.kill('SIGKILL');
  hop.release();
  await Promise.all([living.close(), next.then((node) => node.close())]);
  await catalogue.close();
  await hop.close();
  await redis.close();
  await upstream.close();
  await database.close();
});

/** Takes the node that is ready, and starts the one after it. */
async function takeNode(): Promise<PosternProcess> {
  const node = await next;
  next = startPosternProcess({ environment });
  return node;
}

/** Again while the node has just got its Redis back. */
async function connect({ user, password, database: name }: Login): Promise<PsqlRun> {
  const args = ['-XAt', '-h', '127.0.0.1', '-p', String(living.pgPort), '-U', user, '-d', name];
  return await waitUntil(async () => {
    const psql = startPsql({ args, env: { PGPASSWORD: password, PGSSLMODE: 'require' } });
    psqls.push(psql);
    return await Promise.race([expectAnswer(psql, 'at first').then(() => psql), psql.exit.then(() => null)]);
  }, `${user} is connected`);
}

const prepare = (what: string) => {
  const kind = EVERYTHING_TAKEN_AWAY.find((each) => each.what === what) ?? expect.fail(`nobody takes away ${what}`);
  return kind.prepare({ catalogue, upstream, node: living });
};

/** psql notices its end when it next has something to say. */
async function expectEnded(psql: PsqlRun): Promise<void> {
  const hasEnded = () => {
    psql.write('select 1;\n');
    return psql.process.exitCode !== null;
  };
  await waitUntil(hasEnded, `psql ends: ${psql.stderr()}`, ENDED_WITHIN_MS);
  await psql.exit;
  expect(psql.stderr()).toMatch(REVOKED);
}

/**
 * Makes the change at the node and kills that one when it is committed; what the node would answer
 * is nobody's any more.
 */
async function takeAwayAndDie(doomed: PosternProcess, { takeAway }: Resting): Promise<void> {
  const { snapshot } = await readEndedAccess(catalogue.db, null);
  const isCommitted = async () => (await readEndedAccess(catalogue.db, snapshot)).endings.length > 0;
  const answer = takeAway(doomed).then(
    () => null,
    (error: unknown) => error,
  );
  await waitUntil(isCommitted, 'the change is committed').catch(async (error: unknown) => {
    throw new Error('the change was not made', { cause: (await answer) ?? error });
  });
  doomed.kill('SIGKILL');
  await doomed.exit;
}

describe('a node killed after the commit of a change leaves the end to another one', () => {
  const held = new Map<string, { readonly resting: Resting; readonly psql: PsqlRun }>();

  beforeAll(async () => {
    for (const { what } of EVERYTHING_TAKEN_AWAY) {
      const resting = await prepare(what);
      held.set(what, { resting, psql: await connect(resting.login) });
    }
    hop.hold();
  });

  afterAll(() => {
    hop.release();
    hop.cut();
  });

  it.each(EVERYTHING_TAKEN_AWAY)('what rested on $what', async ({ what }) => {
    const { resting, psql } = held.get(what) ?? expect.fail('it was prepared');
    const others = [...held].filter(([name]) => name !== what);
    await expectAnswer(psql, 'until now');
    await takeAwayAndDie(await takeNode(), resting);
    await expectEnded(psql);
    held.delete(what);
    for (const [, other] of others) await expectAnswer(other.psql, `without ${what}`.replaceAll("'", ' '));
  });
});

describe('a change is obeyed', () => {
  it('after Redis was flushed', async () => {
    const resting = await prepare('a removed member');
    const psql = await connect(resting.login);
    const client = createRedis(redis.url, { purpose: 'commands', log: silentLog });
    await client.flushall();
    client.disconnect();
    await resting.takeAway(await next);
    await expectEnded(psql);
  });

  it('when the command line makes it while Redis is away, and says that it is made', async () => {
    const { login, place } = await developer({ catalogue, upstream, node: living });
    const psql = await connect(login);
    await redis.kill('SIGKILL');
    const command = ['compute', 'policy', place.computeId, '--allow', '203.0.113.0/24'];
    expect(await runCommand(environment, command)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('The change is made.'),
    });
    await expectEnded(psql);
    await redis.restart();
  });

  it('when the API says that it is made although Redis is away, and the node is killed', async () => {
    const resting = await prepare("a database role's new password");
    const psql = await connect(resting.login);
    const doomed = await takeNode();
    await redis.kill('SIGKILL');
    await resting.takeAway(doomed);
    doomed.kill('SIGKILL');
    await expectEnded(psql);
    await redis.restart();
  });
});

it('a second node with the id of a living one is refused at its start', async () => {
  const starting = startPosternProcess({ environment: { ...environment, POSTERN_NODE_ID: LIVING_ID } });
  await expect(starting).rejects.toThrow(`POSTERN_NODE_ID: another node with the id "${LIVING_ID}" is running`);
  const { login } = await developer({ catalogue, upstream, node: living });
  await expectAnswer(await connect(login), 'and the first one works');
});
