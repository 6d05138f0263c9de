// Sealing keys are changed on a living fleet as docs/operate.md, "Key rotation", says: first all
// nodes know the new key, then one uses it.

import { expect, it } from 'vitest';
import { keyIdOf } from '../../../src/catalogue/store/sealing.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const OLD = nodeEnvironment('', '').POSTERN_SECRET_KEY ?? '';
const NEW = Buffer.alloc(32, 9).toString('base64');

async function sealedWith({ node }: Desk): Promise<string[]> {
  const rows = await node.postern.catalogue.db.selectFrom('database_roles').select('sealed_password').execute();
  return [...new Set(rows.map(({ sealed_password }) => keyIdOf(sealed_password ?? '')))];
}

it('logins go on while the key changes, and the old key can be removed', async () => {
  await using desk = await openDesk();
  const [oldKeyId] = await sealedWith(desk);
  const keeping = await desk.startNode({ POSTERN_SECRET_KEY: `${OLD},${NEW}` });
  await desk.node.close();
  const ahead = await desk.startNode({ POSTERN_SECRET_KEY: `${NEW},${OLD}` });
  const sealed = async () =>
    await keeping.postern.catalogue.db.selectFrom('database_roles').select('sealed_password').execute();
  await waitUntil(
    async () => (await sealed()).every(({ sealed_password }) => keyIdOf(sealed_password ?? '') !== oldKeyId),
    'all is sealed anew',
  );
  for (const at of [keeping, ahead]) expect(await loginAt(desk, at)).toBe('42\n');
  await keeping.close();
  await ahead.close();
  expect(await loginAt(desk, await desk.startNode({ POSTERN_SECRET_KEY: NEW }))).toBe('42\n');
});

async function loginAt(desk: Desk, at: Awaited<ReturnType<Desk['startNode']>>): Promise<string> {
  const psql = desk.psql(['-Atc', 'select 42'], { at, input: '' });
  const browser = await desk.openBrowser(at);
  const [link] = await psql.waitForStderr(/http:\S+\/psql_session\/\S+/);
  await browser.approve(link);
  await psql.exit;
  return psql.stdout();
}
