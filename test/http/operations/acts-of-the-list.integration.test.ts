import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type RegisteredForTests, register } from '../../e2e/browser/operations-scenes.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { auditOf, newOperator, newOrganization, type OrganizationForTests } from './operations-for-tests.ts';

const PLACE = '?search=ada&sort=pid';
const LIST = `list=${encodeURIComponent(PLACE)}`;

let web: WebForTests;
let ours: OrganizationForTests;
let theirs: OrganizationForTests;

beforeAll(async () => {
  web = await startWeb();
  [ours, theirs] = await Promise.all([newOrganization(web), newOrganization(web)]);
});

afterAll(() => web.close());

function connect({ accountId, project }: OrganizationForTests, personEmail: string): RegisteredForTests {
  const target = { accountId, projectId: project.id, projectName: project.name, personEmail };
  const connection = register(web, { ...target, phase: 'relaying' });
  onTestFinished(() => connection.close());
  return connection;
}

const idsOf = (connections: readonly RegisteredForTests[]) => connections.map(({ record }) => record.id).join(',');

describe('ending ticked connections', () => {
  it('asks why, says whom it reaches, and returns to the list as it was', async () => {
    const { browser } = await newOperator(web);
    const [ada, gina, other] = [
      connect(ours, 'ada@example.com'),
      connect(theirs, 'gina@example.com'),
      connect(ours, 'x'),
    ];
    const connections = idsOf([ada, gina]);
    const question = await browser.get(`/ops/connections/end?connections=${connections}&${LIST}`);
    expect(question.text).toContain('End 2 connections?');
    expect(question.text).toContain('2 people are connected: ada@example.com, gina@example.com.');
    const form = { csrf_token: await browser.csrfToken('/ops'), connections, list: PLACE };
    const unexplained = await browser.post('/ops/connections/end', { ...form, reason: ' ' });
    expect([unexplained.status, unexplained.text]).toEqual([400, expect.stringContaining(connections)]);
    const answer = await browser.post('/ops/connections/end', { ...form, reason: 'failing over' });
    expect(answer.location).toBe(`/ops${PLACE}&done=connections_ended`);
    const end = { kind: 'killed', reason: 'failing over' };
    expect([ada, gina, other].map(({ handle }) => handle.ends)).toEqual([[end], [end], []]);
    for (const { record } of [ada, gina]) {
      expect(await auditOf(web, { connectionId: record.id })).toMatchObject([
        { code: 'PO80S', reason: 'failing over' },
      ]);
    }
  });

  it('leaves connections of another account alone, and neither names nor counts them', async () => {
    const { browser } = ours.admin;
    const [mine, foreign] = [connect(ours, 'ada@example.com'), connect(theirs, 'gina@example.com')];
    const connections = idsOf([mine, foreign]);
    const { text } = await browser.get(`${ours.base}/end?connections=${connections}`);
    expect(text).toContain('End 1 connection?');
    expect(text).not.toContain('gina@example.com');
    const form = { csrf_token: await browser.csrfToken(ours.base), connections, reason: 'mine' };
    expect((await browser.post(`${ours.base}/end`, form)).location).toBe(`${ours.base}?done=connections_ended_some`);
    expect([mine, foreign].map(({ handle }) => handle.ends.length)).toEqual([1, 0]);
  });

  it('is not offered to members and strangers', async () => {
    const { record, handle } = connect(ours, 'ada@example.com');
    for (const { browser } of [ours.member, ours.guest, theirs.admin]) {
      expect([403, 404]).toContain((await browser.get(`${ours.base}/end?connections=${record.id}`)).status);
      expect((await browser.get(`/ops/connections/end?connections=${record.id}`)).status).toBe(403);
      const form = { csrf_token: await browser.csrfToken('/'), connections: record.id, reason: 'mine' };
      expect((await browser.post('/ops/connections/end', form)).status).toBe(403);
    }
    expect(handle.ends).toEqual([]);
  });

  it('refuses more than a hundred at once, and does not ask about what is over', async () => {
    const { browser } = await newOperator(web);
    const many = Array.from({ length: 101 }, (_, index) => `c${index}`).join(',');
    const asked = async (ids: string) =>
      (await browser.get(`/ops/connections/end?connections=${ids}&${LIST}`)).location;
    expect(await asked(many)).toBe(`/ops${PLACE}&done=too_many_ticked`);
    expect(await asked('c1,c2')).toBe(`/ops${PLACE}&done=connections_gone`);
    const form = { csrf_token: await browser.csrfToken('/ops'), connections: many, reason: 'too many' };
    expect([303, 400]).toContain((await browser.post('/ops/connections/end', form)).status);
  });
});

describe('after an act', () => {
  it('the connection’s page stays while it lives, and leads back to the same list', async () => {
    const { browser } = await newOperator(web);
    const { record } = connect(ours, 'kim@example.com');
    const path = `/ops/connections/${record.id}`;
    const { text } = await browser.get(`${path}?${LIST}`);
    expect(text).toContain(`href="/ops${PLACE.replace('&', '&amp;')}"`);
    const form = { csrf_token: await browser.csrfToken(path), list: PLACE, reason: 'it locks', text: 'hello' };
    const told = { ...form, connections: record.id, from: 'connection' };
    const stays = `${path}?to=${record.id}&${LIST}`;
    const notice = await browser.post('/ops/connections/notice', told);
    expect(notice.location).toBe(`${stays}&done=notice_sent`);
    expect((await browser.get(notice.location ?? '')).text).toContain('Notice sent to kim@example.com');
    expect((await browser.post(`${path}/cancel`, form)).location).toBe(`${stays}&done=query_canceled`);
    expect((await browser.post(`${path}/end`, form)).location).toBe(`/ops${PLACE}&done=connection_ended`);
  });

  it('nobody beyond the scope is named, and no address puts text into a page', async () => {
    const foreign = connect(theirs, 'gina@example.com');
    const { browser } = ours.admin;
    const { text } = await browser.get(`${ours.base}?done=notice_sent&to=${foreign.record.id}`);
    expect(text).toContain('The notice is sent');
    expect(text).not.toContain('gina@example.com');
    const mine = connect(ours, 'ada@example.com');
    const place = encodeURIComponent('//evil.example/?sort=evil');
    const { text: page } = await browser.get(`${ours.base}/${mine.record.id}?list=${place}&done=notice_sent&to=evil`);
    expect(page).not.toContain('evil');
  });
});
