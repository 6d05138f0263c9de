// What a key of one's own is worth behind an address that others have, too, and without one.

import { expect, it, onTestFinished } from 'vitest';
import type { WebClient } from '../../support/browser/web-client.ts';
import { certificateFiles, makeClientCertificate } from '../../support/client-certificates.ts';
import { type Desk, finish, LINK, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { type PsqlRun, type PsqlVersion, programPath, startPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { removeOwn } from './namespaces.ts';
import { type Host, type Network, openNetwork } from './network.ts';

async function openKeyDesk(): Promise<Desk> {
  const desk = await openDesk({
    environment: { POSTERN_PG_HOST: '::', POSTERN_HTTP_HOST: '::', POSTERN_REVERSE_CODE: 'never' },
  });
  onTestFinished(async () => {
    await removeOwn();
    await desk.close();
  });
  return desk;
}

interface Asking {
  readonly desk: Desk;
  readonly from: Host;
  readonly network: Network<string>;
  readonly env?: Readonly<Record<string, string>>;
  readonly version?: PsqlVersion;
}

/** Without files of its own libpq would look for those of the machine. */
const NO_KEY = { PGSSLCERT: '/nowhere/postgresql.crt' };

function ask({ desk, from, network, env = NO_KEY, version = '15' }: Asking): PsqlRun {
  const [program = '', ...before] = from.on;
  const args = ['-X', '-At', '-h', network.machine.v4, '-p', String(desk.node.pgPort), '-U', 'postgres'];
  const psql = startPsql({
    program,
    args: [...before, programPath({ version, args: [] }), ...args],
    env: { PGSSLMODE: 'require', ...env },
    input: 'select 42;\n',
  });
  onTestFinished(() => void psql.kill('SIGKILL'));
  return psql;
}

/** Approved at a browser of another address, so with the code; resolves to the page before. */
async function approve(browser: WebClient, psql: PsqlRun, remember: string): Promise<string> {
  const link = await linkOf(psql);
  const { html } = await browser.get(new URL(link).pathname);
  const [, code = ''] = await psql.waitForStderr(/must show this code: (\S+)/);
  await browser.approve(link, { user_code: code, remember });
  expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
  return html;
}

async function expectIn(psql: PsqlRun): Promise<void> {
  const { code, stdout, stderr } = await finish(psql);
  expect({ code, stdout, link: LINK.exec(stderr) }).toEqual({ code: 0, stdout: '42\n', link: null });
}

async function expectLink(psql: PsqlRun): Promise<void> {
  await linkOf(psql);
  psql.kill('SIGKILL');
}

it('with a key only its holder is let in, and from every address', async () => {
  const desk = await openKeyDesk();
  await using network = await openNetwork('hers', 'his');
  await using elsewhere = await openNetwork('cafe');
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  const { hers, his } = network.hosts;
  const hersAt = (from: Host, env: Readonly<Record<string, string>>, version: PsqlVersion = '15') =>
    ask({ desk, network: from === elsewhere.hosts.cafe ? elsewhere : network, from, env, version });
  const certificate = await makeClientCertificate();
  const key = await certificateFiles(folder.path, certificate);
  const neighbours = await certificateFiles(other.path, await makeClientCertificate());
  const first = await approve(desk.browser, hersAt(hers, key), '8h');
  expect(first).toContain(`New key ${certificate.fingerprint}`);
  for (const version of ['15', '17', '18'] as const) await expectIn(hersAt(hers, key, version));
  // The neighbour says the same from the same address, without a key and with one of their own.
  await expectLink(hersAt(his, NO_KEY));
  await expectLink(hersAt(his, neighbours));
  // So does a program of hers that does not show the key.
  await expectLink(hersAt(hers, NO_KEY));
  // She goes to a café.
  await expectIn(hersAt(elsewhere.hosts.cafe, key));
});

it('without a key the page says whom an hour lets in, and it does', async () => {
  const desk = await openKeyDesk();
  await using network = await openNetwork('hers', 'his');
  const { hers, his } = network.hosts;
  const page = await approve(desk.browser, ask({ desk, network, from: hers }), '1h');
  const words = page.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');
  expect(words).toContain(`every psql at ${network.router.v4} that says it is user postgres`);
  expect(words).toContain('also other people’s behind this address');
  await expectIn(ask({ desk, network, from: his }));
});
