// What the first operator finds after setting up: a project, and with --demo an organization.

import { loadPersonActor } from '../catalogue/rights/actors.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { personalAccountId, type UserId } from '../ids.ts';
import type { Log } from '../log.ts';
import { type DemoParts, ensureDemoOrganization } from './demo-organization.ts';

export interface WelcomeParts extends DemoParts {
  readonly log: Log;
  readonly demo: 'with' | 'without';
}

const NAME = 'My first project';

/** Where no server hosts projects, only logs a line: the person then attaches one. */
export async function welcomeOperator(parts: WelcomeParts, userId: UserId): Promise<void> {
  const { catalogue, provisioning, log, demo } = parts;
  if (provisioning.listRegions().length === 0) {
    log.info('no server hosts projects, so the first one is to be attached');
    return;
  }
  const actor = await loadPersonActor(catalogue, userId);
  if (actor === null) return;
  const input = { accountId: personalAccountId(userId), name: NAME };
  await provisioning.createHostedProject({ ...SYSTEM_CONTEXT, actor }, input);
  if (demo === 'with') await ensureDemoOrganization(parts, userId);
}

/** For a start with --demo after the set-up: the first operator gets the demo now. */
export async function welcomeBack(parts: WelcomeParts): Promise<void> {
  if (parts.demo === 'without') return;
  const operator = await parts.catalogue.db
    .selectFrom('users')
    .select('id')
    .where('is_operator', '=', true)
    .orderBy('created_at', 'asc')
    .executeTakeFirst();
  if (operator !== undefined) await ensureDemoOrganization(parts, operator.id);
}
