// What `postern compute password` ends, besides what it keeps (commands.integration.test.ts).

import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Sealer } from '../../src/catalogue/store/sealing.ts';
import { type AccountId, type ComputeId, idFrom, newGrantId, newUserId, type ProjectId } from '../../src/ids.ts';
import { Grants } from '../../src/login/grant/grants.ts';
import { Secret } from '../../src/secret.ts';
import { openCatalogueOn } from '../support/databases/catalogue-for-tests.ts';
import { createCatalogueDatabase, postgresUrl, runAsSuperuser } from '../support/databases/postgres-for-tests.ts';
import { startEmbeddedRedis } from '../support/databases/redis-for-tests.ts';
import { connectionRecord, recordingHandle, startTestNode } from '../support/nodes/fleet-for-tests.ts';
import { nodeEnvironment } from '../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runCommand } from './run-command.ts';

const HOUR_MS = 3_600_000;
const made = z.object({ id: z.string(), account_id: z.string(), compute_id: z.string() });

const UNDER_WAY = 'The change is made. Running nodes end within seconds what rested on it.\n';

it('ends grants and connections of the renewed role, and no others', async () => {
  await using redis = await startEmbeddedRedis();
  const database = await createCatalogueDatabase();
  onTestFinished(() => database.close());
  const role = `renewed_${Date.now().toString(36)}`;
  await runAsSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD 'before'`);
  onTestFinished(() => runAsSuperuser(`DROP ROLE ${role}`));
  const environment = nodeEnvironment(database.url, redis.url);
  const runs = async (args: readonly string[], stdin = '') => {
    const { exitCode, stdout, stderr } = await runCommand(environment, args, stdin);
    const remark = args[1] === 'password' ? UNDER_WAY : '';
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: remark });
    return stdout;
  };
  await runs(['user', 'add', 'root@example.com', '--name', 'Root']);
  const url = `postgres://${role}:before@127.0.0.1:${new URL(postgresUrl()).port}/postgres`;
  const attach = ['project', 'attach', 'renewed', '--account', 'root@example.com', '--url-stdin', '--json'];
  const project = made.parse(JSON.parse(await runs(attach, url)));

  const sealer = new Sealer([new Secret(environment.POSTERN_SECRET_KEY ?? '')]);
  await using node = await startTestNode(redis.url, await openCatalogueOn(database.url, { sealer }));
  const grants = new Grants({ redis: node.redis });
  node.endGrantsBy(async (ending) => void (await grants.endBy(ending)));
  const userId = newUserId();
  const projectId = idFrom<ProjectId>(project.id);
  const computeId = idFrom<ComputeId>(project.compute_id);
  const grantOf = (databaseRole: string) =>
    grants.create({
      id: newGrantId(),
      userId,
      personEmail: 'root@example.com',
      address: '192.0.2.7',
      requestedUser: 'root',
      application: 'psql',
      computeId,
      projectId,
      accountId: idFrom<AccountId>(project.account_id),
      database: null,
      databaseRole,
      access: 'read_write',
      loginRequestId: null,
      rightAsOf: null,
      lifeMs: HOUR_MS,
      longestGrantMs: HOUR_MS,
      usesLeft: null,
    });
  await grantOf(role);
  const other = await grantOf('somebody_else');
  const connect = (databaseRole: string) => {
    const handle = recordingHandle();
    const record = connectionRecord(node.nodeId, { userId, projectId, computeId, databaseRole });
    const registration = node.liveConnections.register(record, handle);
    onTestFinished(() => registration.close());
    return handle;
  };
  const renewed = connect(role);
  const untouched = connect('somebody_else');

  await runAsSuperuser(`ALTER ROLE ${role} PASSWORD 'after'`);
  await runs(['compute', 'password', project.compute_id, '--role', role, '--password-stdin'], 'after');
  await waitUntil(() => renewed.ends.length > 0, 'the connection with the old password ends');
  expect(renewed.ends).toEqual([{ kind: 'revoked', thing: 'database_role' }]);
  expect(untouched.ends).toEqual([]);
  await waitUntil(async () => (await grants.list(userId)).length === 1, 'its grant ends');
  expect((await grants.list(userId)).map(({ id }) => id)).toEqual([other.id]);
});
