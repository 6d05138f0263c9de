// Every driver runs its workout by every door: simple and extended protocol, pipelines, COPY,
// notifications, large objects, cancel, large results and statements.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS, clientRows } from '../../field/client-table.ts';
import { LINK, linkOf } from '../../support/nodes/desk.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import { type ConformanceDesk, openConformanceDesk } from './conformance-desk.ts';
import { buildDriverPrograms, DRIVERS, type DriverProgram } from './driver-programs.ts';
import { ProvenDoors } from './proven-doors.ts';
import { workoutWithout } from './workout.ts';

let desk: ConformanceDesk;
let connectionCount = 0;
const proven = new ProvenDoors();

beforeAll(async () => {
  buildDriverPrograms();
  desk = await openConformanceDesk();
});

afterAll(async () => {
  proven.write('drivers');
  await desk.close();
});

function start({ program, args }: DriverProgram, env: Readonly<Record<string, string>>): PsqlRun {
  return startPsql({ program, args, env, input: '' });
}

async function expectWorkout(run: PsqlRun, { lacks }: DriverProgram): Promise<void> {
  const { code } = await run.exit;
  expect({ code, stderr: code === 0 ? '' : run.stderr() }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(run.stdout())).toEqual(workoutWithout(...lacks));
}

// The first login of each driver is without a password and leaves a grant.
const FIRST_TIME = {
  yes: {
    title: 'does it by link',
    async happens(driver: DriverProgram) {
      const run = start(driver, environmentOf(driver));
      await desk.browser.approve(await linkOf(run), { remember: '1h' });
      await expectWorkout(run, driver);
    },
  },
  second_try: {
    title: 'gets the link as an error',
    async happens(driver: DriverProgram) {
      const run = start(driver, environmentOf(driver));
      expect((await run.exit).code).not.toBe(0);
      await desk.browser.approve(await linkOf(run), { remember: '1h' });
      expect(run.stderr()).toMatch(/approve this login at https?:\S+, user code /);
    },
  },
} as const;

/** Grants belong to a terminal: drivers must not use each other's. */
function environmentOf(driver: DriverProgram): Record<string, string> {
  return { ...desk.environmentOf(`user of ${driver.name}`), ...applicationOf(driver) };
}

function applicationOf({ application }: DriverProgram): Record<string, string> {
  connectionCount += 1;
  if (application !== undefined) return { PGAPPNAME: `${application}${connectionCount}` };
  return {};
}

describe.each(DRIVERS)('$name', (driver) => {
  const { name } = driver;
  const { title, happens } = FIRST_TIME[CLIENTS[name].doors.link];

  it('runs its workout by access token, without a question', async () => {
    const run = start(driver, desk.tokenEnvironment);
    await expectWorkout(run, driver);
    expect(run.stderr()).not.toMatch(LINK);
    proven.prove(name, 'token');
  });

  it(title, async () => {
    await happens(driver);
    proven.prove(name, 'link');
  });

  it('runs its workout under a grant, without a question', async () => {
    const run = start(driver, environmentOf(driver));
    await expectWorkout(run, driver);
    expect(run.stderr()).not.toMatch(LINK);
    proven.prove(name, 'grant');
  });
});

it('docs/clients.md says what was proven here', () => {
  const names = DRIVERS.map(({ name }) => CLIENTS[name]);
  expect(proven.rows()).toEqual(clientRows(names));
});
