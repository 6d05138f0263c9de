// A node that is killed while it deletes a hosted project, at each step: another one finishes the
// deletion.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProject } from '../../../src/catalogue/projects/projects.ts';
import { personalAccountId } from '../../../src/ids.ts';
import { addProject } from '../../support/nodes/postern-for-tests.ts';
import { type DoomedNodes, expectNothingUnknown, openDoomedNodes, type Stop } from './killed-while-provisioning.ts';

let nodes: DoomedNodes;

beforeAll(async () => {
  nodes = await openDoomedNodes();
});

afterAll(() => nodes.close());

const STOPS: ReadonlyArray<readonly [step: string, stop: Stop]> = [
  ['its database is being dropped', { at: 'pg_database', after: 0 }],
  ['its first role is being dropped', { at: 'pg_authid', after: 0 }],
  ['its second role is being dropped', { at: 'pg_authid', after: 1 }],
  ['its rows are being removed', { at: 'projects', after: 0 }],
];

describe('a node that is killed while it deletes a project', () => {
  it.each(STOPS)('leaves the deletion to another node when %s', async (_step, stop) => {
    const { node, person } = nodes.desk;
    const { project } = await addProject(node, { accountId: personalAccountId(person.id), name: 'doomed' });
    await nodes.killAt(stop, { method: 'DELETE', path: `/projects/${project.id}` });
    expect(await nodes.unfinishedCount()).toBe(0);
    expect(await findProject(node.postern.catalogue.db, project.id)).toBeNull();
    await expectNothingUnknown(nodes);
    const [deletion] = await nodes.operationsOf(project.id);
    expect(deletion).toMatchObject({ action: 'delete_timeline', status: 'finished' });
  });
});
