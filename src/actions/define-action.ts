// Makes actions of single changes, each with its permission, writes and audit in one transaction.
// Any may throw `forbidden`, `not_found`, `invalid_input`; the comment of each names the rest.

import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import type { ActionParts } from './action-parts.ts';

type Action<Parts, Input, Outcome> = (parts: Parts, context: AuditContext, input: Input) => Promise<Outcome>;

/** A change of the catalogue, by which nothing is made real. Throws what the change throws. */
export function catalogueAction<Input, Outcome>(
  change: (catalogue: ActionParts['catalogue'], context: AuditContext, input: Input) => Promise<Outcome>,
): Action<Pick<ActionParts, 'catalogue'>, Input, Outcome> {
  return ({ catalogue }, context, input) => change(catalogue, context, input);
}

/** A change that provisioning makes real. Throws what the step throws. */
export function provisioningAction<Input, Outcome>(
  stepOf: (provisioning: ActionParts['provisioning']) => (context: AuditContext, input: Input) => Promise<Outcome>,
): Action<Pick<ActionParts, 'provisioning'>, Input, Outcome> {
  return ({ provisioning }, context, input) => stepOf(provisioning)(context, input);
}

/** What ends access after a change; does nothing where the nodes find it by themselves. */
export interface AccessEnders {
  readonly liveConnections: Pick<ActionParts['liveConnections'], 'endNow'>;
  /** The change is made, and what rested on it has not ended everywhere yet. */
  readonly onUnderWay?: () => void;
}

/** What rested on the thing taken away ends before the action resolves, or soon after. */
export function ending<Parts, Input, Outcome>(
  action: Action<Parts, Input, Outcome>,
): Action<Parts & AccessEnders, Input, Outcome> {
  return async (parts, context, input) => {
    const outcome = await action(parts, context, input);
    if ((await parts.liveConnections.endNow()) === 'under_way') parts.onUnderWay?.();
    return outcome;
  };
}
