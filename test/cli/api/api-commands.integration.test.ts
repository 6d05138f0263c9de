import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountId, idFrom } from '../../../src/ids.ts';
import { type CallerForTests, newCaller, newOrganization } from '../../http/api/api-for-tests.ts';
import { insertProjects } from '../../http/api/insert-projects.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import { runCommand } from '../run-command.ts';

let web: WebForTests;
let caller: CallerForTests;
let organization: Awaited<ReturnType<typeof newOrganization>>;

beforeAll(async () => {
  web = await startWeb();
  caller = await newCaller(web);
  organization = await newOrganization(web, caller);
});

afterAll(() => web.close());

async function run(...args: string[]): Promise<string> {
  const environment = { POSTERN_API_HOST: web.localUrl, POSTERN_API_KEY: caller.key };
  const { exitCode, stdout, stderr } = await runCommand(environment, args);
  expect({ exitCode, stderr }, args.join(' ')).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into what is printed freely
async function json(...args: string[]): Promise<any> {
  return JSON.parse(await run(...args, '--json'));
}

it('removing a guest names the role password that the guest has seen', async () => {
  const [owner, guest] = [await newCaller(web), await newCaller(web)];
  const { body: made } = await owner.api.post('/projects', { project: {} });
  const { body: shared } = await owner.api.post(`/projects/${made.project.id}/permissions`, { email: guest.email });
  const role = made.roles[0].name;
  await guest.api.get(`/projects/${made.project.id}/branches/${made.branch.id}/roles/${role}/reveal_password`);
  const environment = { POSTERN_API_HOST: web.localUrl, POSTERN_API_KEY: owner.key };
  const args = ['guests', 'remove', made.project.id, shared.id, '--reset-known-passwords'];
  const { exitCode, stderr } = await runCommand(environment, args);
  expect([exitCode, stderr]).toEqual([
    0,
    `The password of role "${role}" of project ${made.project.id} was known, and is reset.\n`,
  ]);
});

describe('postern orgs list', () => {
  it("prints organizations as Neon's boxed table, or as JSON", async () => {
    const { id, name } = organization;
    expect(await run('orgs', 'list')).toBe(
      [
        'Organizations',
        `┌${'─'.repeat(id.length + 2)}┬${'─'.repeat(name.length + 2)}┐`,
        `│ ${'Id'.padEnd(id.length)} │ ${'Name'.padEnd(name.length)} │`,
        `├${'─'.repeat(id.length + 2)}┼${'─'.repeat(name.length + 2)}┤`,
        `│ ${id} │ ${name} │`,
        `└${'─'.repeat(id.length + 2)}┴${'─'.repeat(name.length + 2)}┘`,
        '',
      ].join('\n'),
    );
    expect(await json('orgs', 'list')).toMatchObject([{ id, name, plan: 'business' }]);
  });
});

describe('people of an organization', () => {
  it('are listed, invited, promoted and removed', async () => {
    const org = ['--org', organization.id];
    const known = await newCaller(web);
    const made = await json('invitations', 'create', `${known.email},new@example.com`, ...org);
    expect(made.map(({ status }: { status: string }) => status)).toEqual(['pending', 'pending']);
    await addMemberTo(web.catalogue, { id: idFrom<AccountId>(organization.id) }, { person: known });
    expect(await run('members', 'list', ...org)).toContain(known.email);
    const member = (await json('members', 'list', ...org)).find(
      (each: { email: string }) => each.email === known.email,
    );
    expect(await run('members', 'set-role', member.id, '--role', 'admin', ...org)).toBe(
      `id: ${member.id}\nrole: admin\n`,
    );
    expect(await run('members', 'remove', member.id, ...org)).toBe(`removed: ${member.id}\n`);
    const isNew = ({ email }: { email: string }) => email === 'new@example.com';
    const open = (await json('invitations', 'list', ...org)).find(isNew);
    expect(await run('invitations', 'resend', open.id, ...org)).toContain('email: new@example.com');
    await run('invitations', 'cancel', open.id, ...org);
    expect((await json('invitations', 'list', ...org)).filter(isNew)).toEqual([]);
  });
});

describe('what a project is shared with and has', () => {
  it('are guests, listed, added and removed, and computes', async () => {
    const { id } = await json('projects', 'create', '--name', 'shared');
    const added = await json('guests', 'add', id, 'guest@example.com');
    expect(added.granted_to_email).toBe('guest@example.com');
    expect(await run('guests', 'list', id)).toContain('guest@example.com');
    expect(await run('guests', 'remove', id, added.id)).toContain('granted_to_email: guest@example.com');
    expect(await json('guests', 'list', id)).toEqual([]);
    const computes = await json('computes', 'list', id);
    expect(computes).toMatchObject([
      { id: expect.stringMatching(/^ep-/), type: 'read_write', current_state: 'active' },
    ]);
    expect(await run('computes', 'list', id)).toContain(computes[0].id);
    await run('projects', 'delete', id);
  });
});

describe('projects', () => {
  it('are made, shown, renamed, labelled, moved and deleted', async () => {
    const made = await json('projects', 'create', '--name', 'shop');
    expect(await run('projects', 'get', made.id)).toContain(`id: ${made.id}\nname: shop\n`);
    expect(await run('projects', 'connection-string', made.id)).toBe(`uri: ${made.connection_uri}\n`);
    expect(await run('projects', 'rename', made.id, 'store')).toContain('name: store');
    expect(await run('projects', 'label', made.id, 'production')).toContain('label: production');
    await run('projects', 'transfer', made.id, '--to', organization.id);
    expect(await run('projects', 'list', '--org', organization.id)).toContain('store');
    expect(await run('projects', 'delete', made.id)).toBe(`id: ${made.id}\nname: store\n`);
  });

  it('are listed to the last one', async () => {
    const ids = await insertProjects(web.catalogue, caller.accountId, 101);
    const listed = await json('projects', 'list');
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it('show no control of theirs in the terminal', async () => {
    const { id: org } = await newOrganization(web, caller);
    const [id] = await insertProjects(web.catalogue, org, 1);
    const name = 'evil\u009b31m\u202e';
    await web.catalogue.db
      .updateTable('projects')
      .set({ name })
      .where('id', '=', id ?? ('' as never))
      .execute();
    expect(await run('projects', 'list', '--org', org)).not.toMatch(/[\u009b\u202e]/);
    expect(await json('projects', 'list', '--org', org)).toMatchObject([{ name }]);
  });
});

describe('keys and consumption', () => {
  it('are made, listed and revoked', async () => {
    for (const org of [[], ['--org', organization.id]]) {
      const made = await json('keys', 'create', '--name', 'ci', ...org);
      expect(made.key).toMatch(/^postern_key_/);
      expect(await run('keys', 'list', ...org)).toContain('│ ci ');
      expect(await run('keys', 'revoke', String(made.id), ...org)).toContain('revoked: true');
    }
  });

  it('are told by period and by frame', async () => {
    expect(await json('consumption', 'period', '--org', organization.id)).toEqual([]);
    const range = ['--from', '2024-06-30T15:30:00Z', '--to', '2024-07-02T15:30:00Z', '--org', organization.id];
    for (const what of ['account', 'projects']) {
      expect(await run('consumption', what, ...range, '--granularity', 'hourly')).toContain('Consumption\n┌');
    }
  });
});

describe('a call that cannot be made', () => {
  it('takes names for names, and not for another path', async () => {
    const environment = { POSTERN_API_HOST: web.localUrl, POSTERN_API_KEY: caller.key };
    const get = (id: string) => runCommand(environment, ['projects', 'get', id]);
    expect(await get('../users/me')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('project "../users/me" not found'),
    });
    expect(await get('..')).toMatchObject({ exitCode: 1, stderr: '".." is not a name or an id\n' });
    const members = await runCommand(environment, ['members', 'list', '--org', 'nope']);
    expect(members).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('organization "nope" not found') });
  });

  it('says who was a member already', async () => {
    const environment = { POSTERN_API_HOST: web.localUrl, POSTERN_API_KEY: caller.key };
    const emails = `${caller.email.toUpperCase()}, somebody@example.com`;
    const made = await runCommand(environment, ['invitations', 'create', emails, '--org', organization.id]);
    expect(made).toMatchObject({ exitCode: 0, stderr: `${caller.email.toUpperCase()} is a member already\n` });
    expect(made.stdout).toContain('somebody@example.com');
  });

  it('says why, and which request it was', async () => {
    const unset = await runCommand({ POSTERN_API_HOST: web.localUrl }, ['orgs', 'list']);
    expect(unset).toMatchObject({ exitCode: 1, stderr: 'no API key: set POSTERN_API_KEY\n' });
    const refused = await runCommand({}, ['orgs', 'list', '--api-host', web.localUrl, '--api-key', 'wrong']);
    expect(refused.stderr).toMatch(/^API key is missing, unknown or revoked \(request [0-9a-f-]{36}\)\n$/);
    const away = await runCommand({ POSTERN_API_KEY: 'x' }, ['orgs', 'list', '--api-host', 'http://127.0.0.1:2']);
    expect(away.stderr).toBe('cannot reach http://127.0.0.1:2: ECONNREFUSED\n');
    const notAHost = await runCommand({ POSTERN_API_KEY: 'x' }, ['orgs', 'list', '--api-host', 'console']);
    expect(notAHost.stderr).toBe('"console" is not a web address\n');
  });
});

// Names went to the terminal as somebody had written them.
describe('a hostile name', () => {
  const hostile = 'a\u009b31m\u202emoc\u001b]0;x\u0007b\u200b';
  const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

  it('is cleaned in tables and lists, and escaped in JSON', async () => {
    const { id } = await newOrganization(web, caller);
    await web.catalogue.db.updateTable('accounts').set({ name: hostile }).where('id', '=', id).execute();
    const table = await run('orgs', 'list');
    expect(table).toContain('a31mmoc]0;xb');
    expect(table).not.toMatch(unsafe);
    const printed = await run('orgs', 'list', '--json');
    expect(printed).not.toMatch(unsafe);
    const orgs: ReadonlyArray<{ id: string; name: string }> = JSON.parse(printed);
    expect(orgs.find((org) => org.id === id)?.name).toBe(hostile);
    await web.catalogue.db.updateTable('accounts').set({ name: 'tame' }).where('id', '=', id).execute();
  });
});
