// Behind haproxy, at an address from which other people connect, too: what a client says there, a
// neighbour can say, and so its second try brings twelve digits that its person was shown.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { finish, LINK } from '../support/nodes/desk.ts';
import { ZOO } from './zoo.ts';
import { BUILD_LIMIT_MS, clientOf, openZooDesk, type ZooDesk } from './zoo-desk.ts';

// pgloader opens several connections, and digits are for one.
const WITHOUT_DIGITS = ['pgloader'];
const WITH_DIGITS = Object.keys(ZOO).filter(
  (name) => clientOf(name).link === 'error' && !WITHOUT_DIGITS.includes(name),
);

let desk: ZooDesk;

beforeAll(async () => {
  desk = await openZooDesk({ sharedNetworks: '127.0.0.0/8' });
}, BUILD_LIMIT_MS);

afterAll(async () => {
  await desk.close();
});

it.concurrent.each(WITH_DIGITS)('%s gets in with the digits that the page shows, once', async (name) => {
  const env = { PGUSER: `neighbour with ${name}` };
  const start = async (password = {}) => await finish(desk.start(name, { ...env, ...password }, 'behind haproxy'));
  const first = await start();
  const link = LINK.exec(first.stdout + first.stderr)?.[0] ?? `no link: ${first.stderr}`;
  const { html } = await desk.browser.approve(link);
  const digits = /class="reverse-code">(\d{3}) (\d{3})</.exec(html)?.slice(1).join('') ?? `no digits: ${html}`;
  const { code, stderr } = await start({ PGPASSWORD: digits });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect((await start()).code).not.toBe(0);
});
