// A node that is killed while it makes a hosted project, at each step: another one takes everything
// back.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DoomedNodes, expectNothingUnknown, openDoomedNodes, type Stop } from './killed-while-provisioning.ts';

let nodes: DoomedNodes;

beforeAll(async () => {
  nodes = await openDoomedNodes();
});

afterAll(() => nodes.close());

const STOPS: ReadonlyArray<readonly [step: string, stop: Stop]> = [
  ['its first role is being made', { at: 'pg_authid', after: 0 }],
  ['its second role is being made', { at: 'pg_authid', after: 1 }],
  ['its database is being made', { at: 'pg_database', after: 0 }],
  ['its database is being closed to others', { at: 'pg_database', after: 1 }],
  ['its database is being given to its roles', { at: 'pg_database', after: 2 }],
  ['its database is getting its name', { at: 'pg_database', after: 3 }],
  ['it is being registered', { at: 'projects', after: 0 }],
];

describe('a node that is killed while it makes a project', () => {
  it.each(STOPS)('leaves nothing unknown on the host when %s', async (_step, stop) => {
    await nodes.killAt(stop, { method: 'POST', path: '/projects', body: { project: { name: 'doomed' } } });
    const projectId = await nodes.newestProjectId();
    expect(await nodes.operationsOf(projectId)).toMatchObject([{ action: 'create_timeline', status: 'running' }]);
    expect(await nodes.unfinishedCount()).toBe(0);
    await expectNothingUnknown(nodes);
    const told = { action: 'create_timeline', status: 'failed', error: expect.stringContaining('removed') };
    expect(await nodes.operationsOf(projectId)).toMatchObject([told]);
  });
});
