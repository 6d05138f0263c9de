// Actions that are one change of the catalogue: it asks for permission, writes, and audits in one
// transaction. Nothing is made real, nothing rests on what was changed, and nobody is told.

import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import type { ActionParts } from './action-parts.ts';

type CatalogueParts = Pick<ActionParts, 'catalogue'>;

/** The change as an action; throws what the change throws. */
export function catalogueAction<Input, Outcome>(
  change: (catalogue: ActionParts['catalogue'], context: AuditContext, input: Input) => Promise<Outcome>,
): (parts: CatalogueParts, context: AuditContext, input: Input) => Promise<Outcome> {
  return ({ catalogue }, context, input) => change(catalogue, context, input);
}
