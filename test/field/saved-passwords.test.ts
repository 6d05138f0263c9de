// While a page shows digits for a terminal, libpq answers the gateway's question from wherever it
// finds a password. That must cost no try, and the person must learn the way out.

import { chmod, writeFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, finish, linkOf, openDesk } from '../support/nodes/desk.ts';
import type { PsqlVersion } from '../support/nodes/psql.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SAVED = 'password-of-another-server';
const VERSIONS: readonly PsqlVersion[] = ['15', '17', '18'];
const STORES = ['PGPASSWORD', 'password file', 'service file'] as const;

let desk: Desk;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let stores: Readonly<Record<(typeof STORES)[number], Readonly<Record<string, string>>>>;
const logged: string[] = [];

beforeAll(async () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  desk = await openDesk({ log: pino({ level: 'debug' }, stream), environment: { POSTERN_REVERSE_CODE: 'always' } });
  folder = await temporaryFolder();
  await writeFile(`${folder.path}/pgpass`, `*:*:*:*:${SAVED}\n`);
  await chmod(`${folder.path}/pgpass`, 0o600);
  await writeFile(`${folder.path}/services`, `[shop]\npassword=${SAVED}\n`);
  stores = {
    PGPASSWORD: { PGPASSWORD: SAVED },
    'password file': { PGPASSFILE: `${folder.path}/pgpass` },
    'service file': { PGSERVICEFILE: `${folder.path}/services`, PGSERVICE: 'shop' },
  };
});

afterAll(async () => {
  await desk.close();
  await folder[Symbol.asyncDispose]();
});

/** The digits that the page shows for a psql of this user. */
async function digitsFor(user: string): Promise<string> {
  const first = desk.psql(['-U', user, '-c', 'select 1'], { input: '' });
  const { html } = await desk.browser.approve(await linkOf(first), {});
  expect((await finish(first)).stderr).toContain('Run the command again with -W');
  const digits = /class="reverse-code">(\d{3}) (\d{3})</.exec(html);
  return digits?.slice(1).join('') ?? `no digits: ${html}`;
}

describe.each(VERSIONS)('psql %s', (version) => {
  it.each(STORES)('that sends a password from its %s does not end the code', async (store) => {
    const user = `user of ${version} and ${store}`;
    const digits = await digitsFor(user);
    for (let time = 0; time < 4; time++) {
      const run = await finish(
        desk.psql(['-U', user, '-Atc', 'select 42'], { version, env: stores[store], input: '' }),
      );
      expect(run.code).toBe(2);
      expect(run.stderr).toContain('this is a saved password, not the digits shown in your browser');
      expect(run.stderr).toContain('with -W, or with PGPASSWORD unset');
    }
    const env = { PGPASSWORD: digits };
    const typed = await finish(desk.psql(['-U', user, '-Atc', 'select 42'], { version, env, input: '' }));
    expect(typed).toMatchObject({ code: 0, stdout: '42\n' });
    expect(logged.join('')).not.toContain(SAVED);
  });
});
