// Whose is whose where addresses tell little: browsers and terminals by different families, two
// people behind one address. Browsers are on the hosts, too.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../../../src/catalogue/accounts/users.ts';
import { personalAccountId } from '../../../src/ids.ts';
import type { WebClient } from '../../support/browser/web-client.ts';
import { type Desk, finish, LINK, linkOf, openDesk, signedInBrowser } from '../../support/nodes/desk.ts';
import { addPerson, addProject } from '../../support/nodes/postern-for-tests.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { startForward } from '../in-between.ts';
import { serveForward } from './balancers.ts';
import { removeOwn } from './namespaces.ts';
import { type Host, type Network, openNetwork } from './network.ts';
import { startPsqlOn, type Way } from './working-day.ts';

const PORT = 8080;

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_PG_HOST: '::', POSTERN_HTTP_HOST: '::' } });
});

afterAll(async () => {
  await removeOwn();
  await desk?.close();
});

interface Colleague extends AsyncDisposable {
  readonly person: User;
  readonly projectName: string;
  readonly browser: WebClient;
}

/** A person with a project, whose browser is on the host. */
async function colleague(name: string, host: Host, to: string): Promise<Colleague> {
  const person = await addPerson(desk.node, { email: `${name}@example.com`, name });
  const projectName = `project of ${name}`;
  await addProject(desk.node, { accountId: personalAccountId(person.id), name: projectName });
  const node = { address: to, port: desk.node.addresses.http.port };
  await serveForward(host, { address: host.v4, port: PORT, node });
  // A browser's address bar shows localhost, which is the origin of the node's pages.
  const forward = await startForward({ host: host.v4, pgPort: PORT });
  const browser = await signedInBrowser(`http://localhost:${forward.pgPort}`, person.email);
  return { person, projectName, browser, [Symbol.asyncDispose]: () => forward.close() };
}

async function approveOn({ browser, projectName }: Colleague, psql: PsqlRun, remember: string): Promise<void> {
  const page = await browser.approve(await linkOf(psql), { remember });
  expect(page.status).toBe(200);
  const { code, stdout, stderr } = await finish(psql);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '42\n' });
  expect(stderr).toContain(`project "${projectName}"`);
}

function ask(from: Host, { machine }: Network<string>, way: Partial<Way> = {}): PsqlRun {
  return startPsqlOn({ from, to: machine.v4, port: desk.node.pgPort, ...way }, { input: 'select 42;\n' });
}

/** What psql says of where it got in without a link. */
async function expectIn(psql: PsqlRun, { projectName }: Colleague): Promise<void> {
  const { code, stderr } = await finish(psql);
  expect({ code, link: LINK.exec(stderr) }).toEqual({ code: 0, link: null });
  expect(stderr).toContain(`project "${projectName}"`);
}

async function expectLink(psql: PsqlRun): Promise<void> {
  await linkOf(psql);
  psql.kill('SIGKILL');
}

describe.concurrent('two people on two hosts', () => {
  it('behind one address have grants under names of their own, none under one name', async () => {
    await using network = await openNetwork('hers', 'his');
    const { hers, his } = network.hosts;
    await using ann = await colleague('ann', hers, network.machine.v4);
    await using bob = await colleague('bob', his, network.machine.v4);
    await approveOn(ann, ask(hers, network, { user: 'ann' }), '1h');
    await approveOn(bob, ask(his, network, { user: 'bob' }), '1h');
    await expectIn(ask(hers, network, { user: 'ann' }), ann);
    await expectIn(ask(his, network, { user: 'bob' }), bob);
    const [first, second] = [ask(hers, network, { user: 'root' }), ask(his, network, { user: 'root' })];
    const links = [await linkOf(first), await linkOf(second)];
    expect(await rememberChoices(ann, links[0])).toEqual([]);
    await approveOn(ann, first, 'once');
    expect(await rememberChoices(bob, links[1])).toEqual([]);
    await approveOn(bob, second, 'once');
    for (const host of [hers, his]) await expectLink(ask(host, network, { user: 'root' }));
  });

  it('are apart by IPv6, under the same name', async () => {
    await using network = await openNetwork('hers', 'his');
    const { hers, his } = network.hosts;
    const to = network.machine.v6;
    await using carla = await colleague('carla', hers, to);
    await using dan = await colleague('dan', his, to);
    await approveOn(carla, ask(hers, network, { to }), '8h');
    await expectLink(ask(his, network, { to }));
    await approveOn(dan, ask(his, network, { to }), '8h');
    await expectIn(ask(hers, network, { to }), carla);
    await expectIn(ask(his, network, { to }), dan);
  });
});

describe.concurrent('a browser by IPv6 and psql by IPv4 of one host', () => {
  it('prove by a code once that they belong together', async () => {
    await using network = await openNetwork('host');
    const { host } = network.hosts;
    await using erin = await colleague('erin', host, network.machine.v6);
    const waiting = ask(host, network, { user: 'erins-laptop' });
    const { html } = await erin.browser.approve(await linkOf(waiting));
    const digits = />(\d{3} \d{3})<\/output>/.exec(html)?.[1]?.replaceAll(' ', '') ?? '';
    const way = { from: host, to: network.machine.v4, port: desk.node.pgPort, user: 'erins-laptop' };
    const typed = startPsqlOn(way, { env: { PGPASSWORD: digits }, input: 'select 42;\n' });
    await expectIn(typed, erin);
    waiting.kill('SIGKILL');
    await approveOn(erin, ask(host, network, { user: 'erins-laptop' }), 'once');
  });
});

async function rememberChoices({ browser }: Colleague, link = ''): Promise<string[]> {
  const { html } = await browser.get(new URL(link).pathname);
  return [...html.matchAll(/name="remember" value="(\w+)"/g)].map(([, value = '']) => value);
}
