// The databases of a hosted project: made, renamed or given to another owner, dropped, all for real
// on its host.

import type { Database } from '../../catalogue/projects/databases.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ActionParts } from '../action-parts.ts';
import { type Performed, performed } from '../performed.ts';

type Parts = Pick<ActionParts, 'provisioning'>;
type Input<Step extends keyof ActionParts['provisioning']> = Parameters<ActionParts['provisioning'][Step]>[1];

/**
 * Throws `conflict` for a name that is taken, `not_offered` for an attached project,
 * `invalid_input`, `forbidden`, `not_found`.
 */
export async function createDatabase(
  { provisioning }: Parts,
  context: AuditContext,
  input: Input<'createDatabase'>,
): Promise<Performed<Database>> {
  return performed(await provisioning.createDatabase(context, input));
}

/**
 * Renames a database or gives it another owner. Its connections end when it is renamed. Throws as
 * `createDatabase`.
 */
export async function changeDatabase(
  { provisioning }: Parts,
  context: AuditContext,
  input: Input<'changeDatabase'>,
): Promise<Performed<Database>> {
  return performed(await provisioning.changeDatabase(context, input));
}

/**
 * Drops a database and ends its connections. Throws `conflict` for the project's last one, else as
 * `createDatabase`.
 */
export async function deleteDatabase(
  { provisioning }: Parts,
  context: AuditContext,
  input: Input<'deleteDatabase'>,
): Promise<Performed<Database>> {
  return performed(await provisioning.deleteDatabase(context, input));
}
