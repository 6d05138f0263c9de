// Operations as a node leaves them that dies in the middle of one.

import { sql } from 'kysely';
import {
  beginOperation,
  type NewJournaledOperation,
  type OwnedOperation,
} from '../../../src/catalogue/journal/operation-journal.ts';
import { addSteps, type NewStep } from '../../../src/catalogue/journal/operation-steps.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import type { ProvisioningForTests } from '../provisioning-for-tests.ts';

/** An operation on the project, with its steps, whose node is alive. */
export async function beginOn(
  { catalogue }: ProvisioningForTests,
  made: HostedProject,
  {
    purpose,
    details = {},
    steps = [],
  }: Pick<NewJournaledOperation, 'purpose'> & {
    readonly details?: NewJournaledOperation['details'];
    readonly steps?: readonly NewStep[];
  },
): Promise<OwnedOperation> {
  const owned = await beginOperation(catalogue, SYSTEM_CONTEXT, {
    purpose,
    action: 'apply_config',
    accountId: made.project.accountId,
    projectId: made.project.id,
    branchId: made.branchId,
    computeId: null,
    hostId: 'local-18',
    details,
  });
  await addSteps(catalogue, owned, steps);
  return owned;
}

/** As if its node had renewed nothing for a while. */
export async function letLeaseEnd({ catalogue }: ProvisioningForTests, { id }: OwnedOperation): Promise<void> {
  await sql`update operations set take_over_at = now() - interval '1 second' where id = ${id}`.execute(catalogue.db);
}

export async function stateOf({ catalogue }: ProvisioningForTests, { id }: Pick<OwnedOperation, 'id'>) {
  return await catalogue.db
    .selectFrom('operations')
    .select(['status', 'error', 'failures_count'])
    .where('id', '=', id)
    .executeTakeFirst();
}
