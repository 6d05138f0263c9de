import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../support/wait-until.ts';
import { answerTo, connectedClient, waitingClient } from '../connected-client.ts';
import {
  addDeveloper,
  claimLink,
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

async function auditOf(client: RawClient) {
  const request = await gateway.loginRequests.findByToken(client.token);
  const id = request?.id ?? '';
  await waitUntil(() => linesAbout(id).length > 0, 'the connection is over');
  await gateway.auditTrail.flush();
  const rows = await gateway.catalogue.db.selectFrom('audit_events').select('body').execute();
  const bodies = rows.map(({ body }) => body as Record<string, unknown>).filter((body) => body.login_request_id === id);
  return bodies.sort((a, b) => Number(a.seq) - Number(b.seq));
}

const linesAbout = (loginRequestId: string) =>
  gateway.logged().filter((line) => line.msg === 'connection' && line.login_request_id === loginRequestId);

describe('the report of a connection', () => {
  it('is one log line, and each audit event once, in order', async () => {
    using client = await connectedClient(gateway, developer, { user: 'sally', database: 'x\ny' });
    await answerTo(client, 'select 7');
    client.terminate();
    const events = await auditOf(client);
    const request = await gateway.loginRequests.findByToken(client.token);
    expect(events.map(({ code, seq }) => `${seq} ${code}`)).toEqual(['1 PL10S', '2 PL16S', '3 PC30S', '4 PC31S']);
    const lines = linesAbout(request?.id ?? '');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      reason: 'client_closed',
      sqlstate: null,
      door: 'link',
      phase: 'relaying',
      address: '127.0.0.1',
      user_id: developer.userId,
      project_id: developer.project.project.id,
      compute_id: developer.project.compute.id,
      database: upstream.databases[0],
      database_role: upstream.role.name,
      untrusted_user: 'sally',
      untrusted_database: 'xy',
      phase_ms: { negotiate: expect.any(Number), total: expect.any(Number) },
      bytes_to_client: expect.any(Number),
    });
    const connectionIds = new Set(events.map((event) => event.connection_id));
    expect([...connectionIds]).toEqual([lines[0]?.connection_id]);
    expect(events.at(-1)).toMatchObject({ actor_id: developer.userId, reason: 'client_closed', outcome: 'success' });
  });

  it('names the reason of a login that failed', async () => {
    using left = await waitingClient(gateway);
    left.destroy();
    expect((await auditOf(left)).map(({ code, reason }) => [code, reason])).toEqual([
      ['PL10S', undefined],
      ['PL15S', undefined],
      ['PC32S', 'terminal_closed'],
    ]);
    using denied = await waitingClient(gateway);
    const { id } = await claimLink(gateway, denied, developer);
    await gateway.loginRequests.deny(id, { userId: developer.userId });
    expect((await auditOf(denied)).map(({ code, reason, sqlstate }) => [code, reason, sqlstate])).toEqual([
      ['PL10S', undefined, undefined],
      ['PC32R', 'denied', '28000'],
    ]);
  });

  it('holds no token, password or query', async () => {
    using client = await connectedClient(gateway, developer);
    await answerTo(client, "select 'canary-query'");
    client.terminate();
    const events = JSON.stringify(await auditOf(client));
    const log = JSON.stringify(gateway.logged());
    for (const secret of [client.token, upstream.role.password, 'canary-query', gateway.sealingKey.reveal()]) {
      expect(log).not.toContain(secret);
      expect(events).not.toContain(secret);
    }
  });

  it('is only a count for pg_isready', async () => {
    const before = gateway.logged().length;
    using probe = await RawClient.connectTls(gateway);
    probe.sendStartup({ application_name: 'pg_isready' });
    await probe.waitForEnd();
    const { values } = await gateway.metrics.endings.get();
    expect(values.find(({ labels }) => labels.reason === 'gateway_is_up')?.value).toBe(1);
    expect(gateway.logged()).toHaveLength(before);
  });

  it('is counted by door, phase and direction', async () => {
    using client = await connectedClient(gateway, developer);
    client.terminate();
    await client.waitForEnd();
    const text = await gateway.metrics.registry.metrics();
    expect(text).toMatch(/postern_logins_total\{door="link",outcome="success"\} [1-9]/);
    expect(text).toMatch(/postern_connect_seconds_count\{phase="total"\} [1-9]/);
    expect(text).toMatch(/postern_relayed_bytes_total\{direction="to_client"\} [1-9]/);
    expect(text).toMatch(/postern_login_requests_total\{status="consumed"\} [1-9]/);
  });
});
