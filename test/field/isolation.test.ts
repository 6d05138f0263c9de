// PostgreSQL's isolationtester sees which sessions wait, and who notified whom, by the process ids
// that clients are told. `npm run isolation` runs the whole of PostgreSQL's own suite.

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../src/catalogue/access/access-tokens.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { postgresUrl } from '../support/databases/postgres-for-tests.ts';
import { type Desk, openDesk } from '../support/nodes/desk.ts';
import { testerOutput, withoutNoticesOfGrants } from '../support/nodes/isolation-tester.ts';

const SPECIFICATIONS: Readonly<Record<string, readonly string[]>> = {
  'lock-wait': ['<waiting ...>', 'a2: <... completed>', 'a   |   20', 'ERROR:  deadlock detected'],
  notify: ['NOTIFY "news" with payload "" from notifier', 'payload "first" from notifier'],
  'process-ids': ['same\n----\nt   \n'],
};

let desk: Desk;
let database: string;
let token: { readonly user: string; readonly password: string };

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_NOTICE_CLIENTS: 'isolation' } });
  const { accessToken, secret } = await createAccessToken(desk.node.postern.catalogue, SYSTEM_CONTEXT, {
    name: 'isolation',
    computeId: desk.project.compute.id,
    owner: 'account',
    access: 'read_write',
  });
  token = { user: accessToken.id, password: secret.reveal() };
  const asked = await desk.login(['-Atc', 'select current_database()']);
  database = asked.stdout.trim();
});

afterAll(() => desk.close());

async function outputAt(name: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const specification = fileURLToPath(new URL(`isolation/${name}.spec`, import.meta.url));
  const where = { PGHOST: '127.0.0.1', PGDATABASE: database, PGAPPNAME: `isolation/${name}` };
  return withoutNoticesOfGrants(await testerOutput(specification, { ...where, ...environment }));
}

async function directOutput(name: string): Promise<string> {
  const { port, username, password } = new URL(postgresUrl());
  const output = await outputAt(name, { PGPORT: port, PGUSER: username, PGPASSWORD: decodeURIComponent(password) });
  for (const text of SPECIFICATIONS[name] ?? []) expect(output).toContain(text);
  return output;
}

describe.each(Object.keys(SPECIFICATIONS))('the sessions of %s', (name) => {
  it('do the same by an access token as directly', async () => {
    const { user: PGUSER, password: PGPASSWORD } = token;
    const way = { PGPORT: String(desk.node.pgPort), PGUSER, PGPASSWORD, PGSSLMODE: 'require' };
    expect(await outputAt(name, way)).toBe(await directOutput(name));
  });

  it('do the same by a grant as directly', async () => {
    const env = { PGAPPNAME: `isolation/${name}` };
    const opened = await desk.login(['-d', database, '-c', 'select 1'], { env, choice: { remember: '1h' } });
    expect(opened.code, opened.stderr).toBe(0);
    const way = { PGPORT: String(desk.node.pgPort), PGUSER: 'alexlopez' };
    expect(await outputAt(name, way)).toBe(await directOutput(name));
  });
});
