import { expect, it, onTestFinished } from 'vitest';
import { Closers } from '../../../src/async/closers.ts';
import { listProjects } from '../../../src/catalogue/projects/project-lists.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { systemClock } from '../../../src/clock.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createLog } from '../../../src/log.ts';
import { openProvisioning } from '../../../src/provisioning/open-provisioning.ts';
import { Secret } from '../../../src/secret.ts';
import { addPerson, useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';

const catalogueOf = useTestCatalogue();

// Regression: it was an internal error.
it('a host that cannot be reached is said to be away, to be tried again', async () => {
  const catalogue = catalogueOf();
  const closers = new Closers(createLog('silent'));
  onTestFinished(() => closers.closeAll());
  const url = new Secret(`postgres://operator:secret@127.0.0.1:1/postgres?sslmode=disable`);
  const { provisioning } = await openProvisioning({
    config: loadConfig({}),
    catalogue,
    sources: [{ id: 'away-18', pgVersion: 18, regionId: 'away', startsOnFirstUse: false, url: async () => url }],
    ownEndpoints: [],
    clock: systemClock,
    log: createLog('silent'),
    closers,
  });
  const { accountId } = await addPerson(catalogue, 'unlucky');
  const refused = { code: 'host_away', httpStatus: 503 };
  await expect(provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId })).rejects.toMatchObject(refused);
  expect((await listProjects(catalogue, SYSTEM_CONTEXT, { accountId, limit: 10 })).items).toEqual([]);
});
