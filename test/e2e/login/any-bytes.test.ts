// Names of any bytes and any script, as real shells and people have them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { startPsql } from '../../support/nodes/psql.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

afterAll(() => desk.close());

/** psql under a shell that sets variables to bytes, written for printf in octal. */
function psqlWithBytes(variables: Readonly<Record<string, string>>, query: string) {
  const settings = Object.entries(variables).map(([name, bytes]) => `${name}=$(printf '${bytes}')`);
  const script = `export ${settings.map((each) => `"${each}"`).join(' ')}; exec psql "$@"`;
  const { pgPort } = desk.node;
  return startPsql({
    program: 'sh',
    args: ['-c', script, 'sh', '-h', '127.0.0.1', '-p', String(pgPort), '-Atc', query],
  });
}

describe('startup parameters of other encodings than UTF-8', () => {
  it.each([
    ['a user', { PGUSER: 'Jos\\351' }],
    ['a database', { PGUSER: 'jose', PGDATABASE: 'b\\374cher' }],
  ])('get in with %s in Latin-1', async (_what, variables) => {
    // 08P01 "invalid startup packet", though PostgreSQL takes any bytes.
    const psql = psqlWithBytes(variables, 'select 6 * 7');
    const link = await linkOf(psql);
    const { html } = await desk.browser.get(new URL(link).pathname);
    expect(html).toMatch(/Jos\?|b\?cher/);
    await desk.browser.approve(link, { compute_id: desk.project.compute.id });
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('get in with an application in Latin-1 that was refused and comes back', async () => {
    const variables = { PGUSER: 'jose', PGAPPNAME: 'caf\\351' };
    const refused = psqlWithBytes(variables, 'select 6 * 7');
    const link = await linkOf(refused);
    expect(await finish(refused)).toMatchObject({ code: 2 });
    const { html } = await desk.browser.get(new URL(link).pathname);
    expect(html).toContain('caf?');
    await desk.browser.approve(link, { compute_id: desk.project.compute.id });
    expect(await finish(psqlWithBytes(variables, 'select 6 * 7'))).toMatchObject({ code: 0, stdout: '42\n' });
  });
});

describe('the notice that names the target', () => {
  const rename = (name: string) =>
    desk.node.postern.catalogue.db
      .updateTable('projects')
      .set({ name })
      .where('id', '=', desk.project.project.id)
      .execute();

  it('shows letters of any script to a client of UTF-8, and ASCII to others', async () => {
    await rename('Größe 価格');
    expect((await desk.login(['-c', 'select 1'])).stderr).toContain('project "Größe 価格", database');
    const latin = await desk.login(['-c', 'select 1'], { env: { PGCLIENTENCODING: 'LATIN1' } });
    expect(latin.stderr).toContain('project "Gr??e ??", database');
    expect(latin.stderr).toMatch(/visiting:\n +http/);
  });

  it('is not forged by the name of a project', async () => {
    await rename('shop", database "shop", role "x');
    const { stderr } = await desk.login(['-c', 'select 1']);
    expect(stderr).toContain('project "shop\\", database \\"shop\\", role \\"x", database "');
  });
});
