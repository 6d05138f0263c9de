import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fillFleet, type RegisteredForTests, register } from '../../e2e/browser/operations-scenes.ts';
import { newVisitor, startWeb, type VisitorForTests, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import {
  auditOf,
  newOperator,
  newOrganization,
  type OrganizationForTests,
  openStream,
} from './operations-for-tests.ts';

let web: WebForTests;
let ours: OrganizationForTests;
let theirs: OrganizationForTests;

beforeAll(async () => {
  web = await startWeb();
  [ours, theirs] = await Promise.all([newOrganization(web), newOrganization(web)]);
});

afterAll(() => web.close());

function connect(
  { accountId, project }: OrganizationForTests,
  given: Parameters<typeof register>[1] = {},
): RegisteredForTests {
  const target = { accountId, projectId: project.id, projectName: project.name, personEmail: 'ada@example.com' };
  const connection = register(web, { ...target, ...given });
  onTestFinished(() => connection.close());
  return connection;
}

/** The page as soon as it has that text: a list is up to a second old. */
async function pageWith({ browser }: Pick<VisitorForTests, 'browser'>, path: string, wanted: string): Promise<string> {
  return await waitUntil(async () => {
    const { text } = await browser.get(path);
    return text.includes(wanted) && text;
  }, `${wanted} is on the page`);
}

describe('who sees the pages', () => {
  const ofInstallation = ['/ops', '/ops/events', '/ops/nodes', '/ops/audit', '/ops/connections/c000000000000'];

  it.each(ofInstallation)('%s is for operators: 403 for everybody else', async (path) => {
    for (const { browser } of [ours.admin, ours.member, await newVisitor(web)]) {
      expect((await browser.get(path)).status).toBe(403);
    }
  });

  it.each(['', '/events', '/audit'])(
    'an account’s connections%s: 200 for its admin, 403 for a member, 404 for others',
    async (page) => {
      // A stream that is let in does not end by itself.
      if (page !== '/events') expect((await ours.admin.browser.get(ours.base + page)).status).toBe(200);
      expect((await ours.member.browser.get(ours.base + page)).status).toBe(403);
      expect((await ours.guest.browser.get(ours.base + page)).status).toBe(404);
      expect((await theirs.admin.browser.get(ours.base + page)).status).toBe(404);
    },
  );

  it('a browser without a session is sent to sign in', async () => {
    const { browser } = await newVisitor(web);
    browser.setSession('nobody');
    expect((await browser.get('/ops')).location).toBe('/sign-in?next=%2Fops');
  });

  it('every action checks again: a member and another admin are refused', async () => {
    const { record, handle } = connect(ours);
    const actions = [`${record.id}/end`, `${record.id}/cancel`, 'notice', 'end'];
    for (const { browser } of [ours.member, ours.guest, theirs.admin]) {
      const csrf_token = await browser.csrfToken('/');
      for (const action of actions) {
        const form = { csrf_token, reason: 'mine', text: 'mine', connections: record.id };
        expect([403, 404]).toContain((await browser.post(`${ours.base}/${action}`, form)).status);
      }
    }
    expect(handle).toMatchObject({ ends: [], notices: [], canceled: 0 });
  });
});

describe('an organization admin', () => {
  it('sees connections to the own projects only, on the page and in the stream', async () => {
    const mine = connect(ours);
    const foreign = connect(theirs);
    const waiting = register(web, { phase: 'waiting' });
    onTestFinished(() => waiting.close());
    const text = await pageWith(ours.admin, ours.base, mine.record.id);
    expect(text).not.toContain(foreign.record.id);
    expect(text).not.toContain(waiting.record.id);
    await using stream = await openStream(web, ours.admin, `${ours.base}/events`);
    const whole = await stream.next('whole');
    expect(whole.rows).toMatchObject([{ id: mine.record.id }]);
    expect(whole).not.toHaveProperty('nodes');
  });

  it('cannot open, end, cancel or tell a connection of another account by its id', async () => {
    const foreign = connect(theirs);
    const { browser } = ours.admin;
    const csrf_token = await browser.csrfToken(ours.base);
    expect((await browser.get(`${ours.base}/${foreign.record.id}`)).status).toBe(404);
    for (const action of ['end', 'cancel']) {
      const answer = await browser.post(`${ours.base}/${foreign.record.id}/${action}`, { csrf_token, reason: 'mine' });
      expect(answer.status).toBe(404);
    }
    const notice = { csrf_token, text: 'hello', connections: foreign.record.id };
    expect((await browser.post(`${ours.base}/notice`, notice)).location).toContain('done=notice_unsent');
    expect(foreign.handle).toMatchObject({ ends: [], notices: [], canceled: 0 });
  });

  it('reads the own account’s audit trail only, whatever the address asks for', async () => {
    const { text } = await ours.admin.browser.get(`${ours.base}/audit?account=${theirs.accountId}`);
    expect(text).toContain(ours.admin.person.email);
    expect(text).not.toContain(theirs.admin.person.email);
  });

  it('loses the stream within seconds of losing the right', async () => {
    const organization = await newOrganization(web);
    const { person } = organization.admin;
    await using stream = await openStream(web, organization.admin, `${organization.base}/events`);
    await stream.next('whole');
    await web.catalogue.db
      .updateTable('memberships')
      .set({ member_role: 'member' })
      .where('user_id', '=', person.userId)
      .where('account_id', '=', organization.accountId)
      .execute();
    await stream.ended;
  });
});

describe('ending, canceling, telling', () => {
  it('wants a reason before a connection ends, and says so on the page', async () => {
    const { browser } = await newOperator(web);
    const { record, handle } = connect(ours);
    const path = `/ops/connections/${record.id}`;
    for (const reason of ['', '   ', '\u202e\u0007', 'x'.repeat(201)]) {
      const answer = await browser.post(`${path}/end`, { csrf_token: await browser.csrfToken(path), reason });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('role="alert"');
    }
    expect(handle.ends).toEqual([]);
  });

  it('ends with the cleaned reason, which the audit trail keeps', async () => {
    const { browser, person } = await newOperator(web);
    const { record, handle } = connect(ours, { upstreamPid: 4_711 });
    const path = `/ops/connections/${record.id}`;
    const reason = ' fail\u001b[31m over\u202e \n of db-3 ';
    const answer = await browser.post(`${path}/end`, { csrf_token: await browser.csrfToken(path), reason });
    expect(answer.location).toBe('/ops?done=connection_ended');
    expect(handle.ends).toEqual([{ kind: 'killed', reason: 'fail[31m over of db-3' }]);
    expect(await auditOf(web, { connectionId: record.id })).toMatchObject([
      {
        code: 'PO80S',
        event: 'ops.connection_ended',
        reason: 'fail[31m over of db-3',
        actor_type: 'operator',
        actor_email: person.email,
        account_id: ours.accountId,
        project_id: ours.project.id,
        upstream_pid: 4_711,
        terminal_ip: record.address,
      },
    ]);
  });

  it('cancels the query of an account’s connection for its admin', async () => {
    const { record, handle } = connect(ours);
    const path = `${ours.base}/${record.id}`;
    const { browser, person } = ours.admin;
    const form = { csrf_token: await browser.csrfToken(path), reason: 'it locks the table' };
    expect((await browser.post(`${path}/cancel`, form)).location).toContain('done=query_canceled');
    expect(handle.canceled).toBe(1);
    expect(await auditOf(web, { connectionId: record.id })).toMatchObject([
      { code: 'PO81S', reason: 'it locks the table', actor_type: 'person', actor_id: person.userId },
    ]);
  });

  it('tells those that are ticked, by tick or by list, once each', async () => {
    const { browser } = await newOperator(web);
    const [first, second, other] = [connect(ours), connect(theirs), connect(ours)];
    const form = new URLSearchParams({
      csrf_token: await browser.csrfToken('/ops'),
      text: 'maintenance at noon',
      connections: `${first.record.id},${second.record.id}`,
    });
    form.append('connection', first.record.id);
    expect((await browser.post('/ops/connections/notice', form)).location).toBe(
      `/ops?done=notice_sent&to=${first.record.id}.${second.record.id}`,
    );
    expect([first, second, other].map(({ handle }) => handle.notices)).toEqual([
      ['maintenance at noon'],
      ['maintenance at noon'],
      [],
    ]);
    expect(await auditOf(web, { connectionId: second.record.id })).toMatchObject([
      { code: 'PO82S', reason: 'maintenance at noon', account_id: theirs.accountId },
    ]);
  });

  it('reaches thousands that were ticked at once', async () => {
    const { browser } = await newOperator(web);
    const fleet = fillFleet(web, 3_000);
    const csrf_token = await browser.csrfToken('/ops');
    const connections = fleet.map(({ record }) => record.id).join(',');
    const answer = await browser.post('/ops/connections/notice', { csrf_token, text: 'hello all', connections });
    expect(answer.location).toBe('/ops?done=notice_sent');
    expect(fleet.filter(({ handle }) => handle.notices.includes('hello all'))).toHaveLength(3_000);
    for (const { close } of fleet) close();
  });

  it('tells nobody when nobody is ticked, and keeps what was typed', async () => {
    const { browser } = await newOperator(web);
    const csrf_token = await browser.csrfToken('/ops');
    const answer = await browser.post('/ops/connections/notice', { csrf_token, text: 'typed in vain' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('value="typed in vain"');
  });

  it('drains a node after a confirmation with a reason', async () => {
    const other = await startWeb();
    onTestFinished(() => other.close());
    const { browser } = await newOperator(other);
    const { nodeId } = other.catalogue;
    const path = `/ops/nodes/${nodeId}/drain`;
    expect((await browser.get('/ops/nodes')).text).toContain(`href="${path}"`);
    const csrf_token = await browser.csrfToken(path);
    expect((await browser.post(path, { csrf_token, reason: '' })).status).toBe(400);
    expect((await browser.post(path, { csrf_token, reason: 'new kernel' })).location).toBe(
      '/ops/nodes?done=node_drains',
    );
    expect((await browser.get('/ops/nodes')).text).toContain('Draining');
    expect(await auditOf(other, { event: 'ops.node_drained' })).toMatchObject([
      { code: 'PO83S', subject: nodeId, reason: 'new kernel' },
    ]);
  });
});

describe('the list without script', () => {
  it('is filtered, sorted and paged by its address', async () => {
    const other = await startWeb();
    onTestFinished(() => other.close());
    const connections = fillFleet(other, 230);
    const { browser } = await newOperator(other);
    const idsAt = async (path: string) =>
      [...(await browser.get(path)).text.matchAll(/name="connection" value="(\w+)"/g)].map((match) => match[1]);
    const byBytes = connections.map(({ record }) => record).sort((a, b) => b.bytesToClient - a.bytesToClient);
    const expected = byBytes.map(({ id }) => id);
    expect(await idsAt('/ops?sort=received&order=desc')).toEqual(expected.slice(0, 100));
    expect(await idsAt('/ops?sort=received&order=desc&page=3')).toEqual(expected.slice(200));
    expect((await idsAt('/ops?phase=waiting')).length).toBe(byBytes.filter(({ phase }) => phase === 'waiting').length);
    expect(await idsAt('/ops?search=person-3%40example.com+40003')).toEqual([]);
    expect((await idsAt('/ops?search=billing+replica+dbeaver')).length).toBeGreaterThan(0);
    expect((await browser.get('/ops?sort=nonsense&page=-1&phase=x')).status).toBe(200);
  });

  it('shows what clients say of themselves as text', async () => {
    const { browser } = await newOperator(web);
    connect(ours, { application: '<script>alert(1)</script>\u202e', personEmail: '"><img src=x>@example.com' });
    const text = await pageWith({ browser }, '/ops', '&lt;script>alert(1)&lt;/script>');
    expect(text).not.toContain('<img src=x>');
    expect(text).not.toContain('\u202e');
  });
});

describe('the stream', () => {
  it('begins with everything and goes on with what changed', async () => {
    const operator = await newOperator(web);
    const first = connect(ours, { bytesToClient: 1 });
    await using stream = await openStream(web, operator, '/ops/events');
    const whole = await stream.next('whole');
    expect(whole.nodes).toMatchObject([{ id: web.catalogue.nodeId, isDraining: false }]);
    expect(JSON.stringify(whole.rows)).toContain(first.record.id);
    const second = connect(theirs);
    first.handle.current = { ...first.handle.current, bytesToClient: 5_000_000 };
    const changes: unknown[] = [];
    while (!JSON.stringify(changes).includes(second.record.id)) {
      changes.push(...([(await stream.next('delta')).changed ?? []].flat() as unknown[]));
    }
    expect(changes).toContainEqual(expect.objectContaining({ id: first.record.id, received: 5_000_000 }));
    expect(changes).toContainEqual(expect.objectContaining({ id: second.record.id, project: 'warehouse' }));
    expect(changes.find((change) => JSON.stringify(change).includes('"received":5000000'))).not.toHaveProperty(
      'address',
    );
    first.close();
    let removed: unknown = [];
    while (!JSON.stringify(removed).includes(first.record.id)) removed = (await stream.next('delta')).removed ?? [];
    expect(removed).toEqual([first.record.id]);
  });
});

describe('the audit trail', () => {
  it('is filtered by the address and leads on to older events', async () => {
    const { browser } = await newOperator(web);
    const { text } = await browser.get('/ops/audit?event=membership.created');
    expect(text).toContain('membership.created');
    expect(text).not.toMatch(/class="main"[^>]*>account\.created/);
    const older = /href="(\/ops\/audit\?[^"]*cursor=[^"]+)"/.exec((await browser.get('/ops/audit')).text)?.[1] ?? '';
    expect((await browser.get(older.replaceAll('&amp;', '&'))).text).toContain('Newest');
    expect((await browser.get('/ops/audit?event=nonsense')).status).toBe(400);
  });

  it('leaves as JSON lines, and that it left is in it', async () => {
    const { browser, person } = await newOperator(web);
    const csrf_token = await browser.csrfToken('/ops/audit');
    const answer = await browser.post('/ops/audit/export', { csrf_token, account: ours.accountId });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-\d{4}-\d\d-\d\d\.jsonl"$/);
    const events = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.length).toBeGreaterThan(3);
    expect(new Set(events.map((event) => event.account_id))).toEqual(new Set([ours.accountId]));
    expect((await auditOf(web, { event: 'ops.audit_exported' })).at(-1)).toMatchObject({
      code: 'PO85S',
      actor_email: person.email,
      account_id: ours.accountId,
    });
  });
});
