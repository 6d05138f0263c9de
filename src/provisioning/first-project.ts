// The project with a database that a person finds after setting up: something to connect to from the first minute.

import { loadPersonActor } from '../catalogue/actors.ts';
import { SYSTEM_CONTEXT } from '../catalogue/audit-context.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { personalAccountId, type UserId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Provisioning } from './provisioning.ts';

const NAME = 'My first project';

interface FirstProjectParts {
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  readonly log: Log;
}

/** Does nothing, with a line in the log, where no server hosts projects: the person then attaches one. */
export async function createFirstProject(parts: FirstProjectParts, userId: UserId): Promise<void> {
  const { catalogue, provisioning, log } = parts;
  if (provisioning.listRegions().length === 0) {
    log.info('no server hosts projects, so the first one is to be attached');
    return;
  }
  const actor = await loadPersonActor(catalogue, userId);
  if (actor === null) return;
  const input = { accountId: personalAccountId(userId), name: NAME };
  await provisioning.createHostedProject({ ...SYSTEM_CONTEXT, actor }, input);
}
