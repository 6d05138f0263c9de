// Actions that are one change of the catalogue: it asks for permission, writes, audits, and writes
// down what it takes away, in one transaction. Nothing is made real, and nobody is told.

import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import type { ActionParts } from './action-parts.ts';

type CatalogueParts = Pick<ActionParts, 'catalogue'>;

/** The change as an action; throws what the change throws. */
export function catalogueAction<Input, Outcome>(
  change: (catalogue: ActionParts['catalogue'], context: AuditContext, input: Input) => Promise<Outcome>,
): (parts: CatalogueParts, context: AuditContext, input: Input) => Promise<Outcome> {
  return ({ catalogue }, context, input) => change(catalogue, context, input);
}

/**
 * What ends access after a change: the nodes' own way, or none where the nodes read it by
 * themselves.
 */
export interface AccessEnders {
  readonly liveConnections: Pick<ActionParts['liveConnections'], 'endNow'>;
}

type EndingParts = CatalogueParts & AccessEnders;

/**
 * As `catalogueAction`, for a change that may take something away: grants and live connections that
 * rested on it end before it resolves, or soon after where a store is away.
 */
export function endingAction<Input, Outcome>(
  change: (catalogue: ActionParts['catalogue'], context: AuditContext, input: Input) => Promise<Outcome>,
): (parts: EndingParts, context: AuditContext, input: Input) => Promise<Outcome> {
  return async ({ catalogue, liveConnections }, context, input) => {
    const outcome = await change(catalogue, context, input);
    await liveConnections.endNow();
    return outcome;
  };
}
