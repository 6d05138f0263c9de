// The password of a hosted role is changed by SQL: nobody who shares the role is locked out.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, finish, openDesk } from '../../support/nodes/desk.ts';

const CHANGE = `alter role current_user password 'known to one person'`;
const LET_IT = 'set default_transaction_read_only = off';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_NOTICE_CLIENTS: 'pool' } });
});

afterAll(() => desk.close());

const whoever = (access: string) => desk.login(['-XAtc', 'select current_user'], { choice: { access } });

it.each(['read_write', 'read_only'])('a %s role whose password was changed lets the next login in', async (access) => {
  const before = await whoever(access);
  const changed = await desk.login(['-Xqc', LET_IT, '-c', CHANGE], { choice: { access } });
  expect(changed).toMatchObject({ code: 0 });
  expect(await whoever(access)).toMatchObject({ code: 0, stdout: before.stdout });
});

it('many connections at once find the password changed and get in', async () => {
  const choice = { access: 'read_write', remember: '1h' };
  const env = { PGAPPNAME: 'pool' };
  expect(await desk.login(['-Xqc', CHANGE], { choice, env })).toMatchObject({ code: 0 });
  const runs = Array.from({ length: 8 }, () => desk.psql(['-XAtc', 'select 1'], { env, input: '' }));
  const ends = await Promise.all(runs.map(finish));
  expect(ends.map(({ code }) => code)).toEqual(runs.map(() => 0));
});
