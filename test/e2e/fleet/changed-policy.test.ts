// A stricter policy, or a compute closed to links, ends within a second on both nodes what it no
// longer allows, by whatever door; everything else goes on.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { listAuditEvents } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import { runCommand } from '../../cli/run-command.ts';
import type { FormFields } from '../../support/browser/web-client.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment, type TestNode } from '../../support/nodes/postern-for-tests.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { send } from '../trail/trail-reader.ts';
import { answeringPsql, expectAnswer } from './answering-psql.ts';
import { expectNothingHeld } from './what-is-held.ts';

const REVOKED =
  /FATAL: {2}terminating connection because access was revoked\n[\s\S]*HINT: {2}Ask an organization admin/;

let desk: Desk;
let nodes: readonly TestNode[];
let byToken: PsqlRun;
let apiKey: string;

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_NOTICE_CLIENTS: 'remembered' } });
  nodes = [desk.node, await desk.startNode()];
  byToken = await answeringByToken();
  const context = await actingAs(desk.node.postern.catalogue, { userId: desk.person.id });
  apiKey = (await createPersonalKey(desk.node.postern.catalogue, context, { name: 'laptop' })).key.reveal();
});

afterAll(() => desk.close());

async function answeringByToken(): Promise<PsqlRun> {
  const { catalogue } = desk.node.postern;
  const context = await actingAs(catalogue, { userId: desk.person.id });
  const draft = { name: 'CI', computeId: desk.project.compute.id, owner: 'self', access: 'read_write' } as const;
  const { accessToken, secret } = await createAccessToken(catalogue, context, draft);
  const env = { PGPASSWORD: secret.reveal(), PGSSLMODE: 'require' };
  const psql = desk.psql(['-At', '-U', accessToken.id, '-d', desk.project.databases[0]?.name ?? ''], { env });
  await expectAnswer(psql, 'by token');
  return psql;
}

/** At each node one connection that was approved for itself alone. */
const byLink = () => Promise.all(nodes.map((node) => answeringPsql(desk, node)));

/** psql notices its end with its next command. */
async function expectEnded(
  runs: readonly PsqlRun[],
  words: string | RegExp,
  { left }: { left: number },
): Promise<void> {
  const relaying = () => nodes.reduce((sum, { postern }) => sum + postern.gateway.connectionCounts().relaying, 0);
  await waitUntil(() => relaying() === left, `only ${left} are left`);
  for (const psql of runs) {
    psql.write('select 1;\n');
    expect((await finish(psql)).stderr).toMatch(words);
  }
}

const place = () => {
  const { project, compute } = desk.project;
  return `/app/${project.accountId}/projects/${project.id}/computes/${compute.id}`;
};

async function savePolicy(changes: FormFields): Promise<void> {
  const times = { longest_grant: '', longest_connection: '', idle_timeout: '0', fresh_sign_in: '0' };
  const rest = {
    link_login: 'yes',
    max_connections: '',
    reverse_code: 'when_new',
    allowed_networks: '',
    own_networks: '',
  };
  await send(desk.browser, `${place()}/policy`, { ...times, ...rest, ...changes });
}

async function changeLinkLogin(to: 'allowed' | 'forbidden'): Promise<void> {
  const { project, compute } = desk.project;
  const response = await fetch(`${desk.node.baseUrl}/api/v2/projects/${project.id}/endpoints/${compute.id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ endpoint: { passwordless_access: to === 'allowed' } }),
  });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
}

describe('what is connected', () => {
  it('by link ends when the API closes the compute to links; by token goes on', async () => {
    const linked = await byLink();
    await changeLinkLogin('forbidden');
    await expectEnded(linked, REVOKED, { left: 1 });
    await expectAnswer(byToken, 'closed to links');
    await changeLinkLogin('allowed');
  });

  it('by link and grant ends when the command line closes the compute to links', async () => {
    const linked = await byLink();
    await desk.login(['-c', 'select 1'], { choice: { remember: '1h' }, env: { PGAPPNAME: 'remembered' } });
    const { databaseUrl, redisUrl } = desk.installation;
    const policy = (link: string) =>
      runCommand(nodeEnvironment(databaseUrl, redisUrl), [
        'compute',
        'policy',
        desk.project.compute.id,
        '--link',
        link,
      ]);
    expect(await policy('no')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('The change is made.') });
    await expectEnded(linked, REVOKED, { left: 1 });
    await expectAnswer(byToken, 'closed by command');
    expect(await policy('yes')).toMatchObject({ exitCode: 0 });
    const again = desk.psql(['-c', 'select 1'], { env: { PGAPPNAME: 'remembered' } });
    expect(await linkOf(again)).toContain('/psql_session/');
    again.kill('SIGKILL');
    const { catalogue, auditTrail } = desk.node.postern;
    await auditTrail.flush();
    const { items } = await listAuditEvents(catalogue, SYSTEM_CONTEXT, { limit: 200, cursor: null });
    expect(items.filter(({ event }) => event === 'grant.revoked')).toHaveLength(1);
  });

  it('goes on under an allowing policy and ends at its new maximum duration', async () => {
    const linked = await byLink();
    await savePolicy({ max_connections: '40' });
    for (const psql of linked) await expectAnswer(psql, 'with fewer connections');
    await savePolicy({ longest_connection: '60000' });
    for (const psql of linked) await expectAnswer(psql, 'for a minute');
    await savePolicy({ idle_timeout: '1000' });
    await expectEnded([...linked, byToken], 'terminating connection due to idle timeout', { left: 0 });
    await savePolicy({});
    byToken = await answeringByToken();
  });

  it('from a network that is no longer allowed ends, whatever the door', async () => {
    const linked = await byLink();
    await savePolicy({ allowed_networks: '203.0.113.0/24' });
    await expectEnded([...linked, byToken], REVOKED, { left: 0 });
  });

  it('leaves nothing held', async () => {
    await expectNothingHeld(desk, nodes);
  });
});
