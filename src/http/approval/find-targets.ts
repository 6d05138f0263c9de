// Answers the search of the approval page's script with a list of targets. Without the script, the
// page itself takes the same query.

import type { Request, Response } from 'express';
import { type ApprovalParts, personAtBrowser, requireOwnLoginRequest } from './approval-parts.ts';
import { computeCount, listed, offeredTargets } from './offered-targets.ts';
import { pickerAccounts } from './picker-view.ts';

/** `?find=…`; throws as the page does for another person's login request. */
export async function findTargets(
  parts: ApprovalParts,
  request: Request<{ key: string }>,
  response: Response,
): Promise<void> {
  const person = personAtBrowser(response);
  const { origin } = await requireOwnLoginRequest(parts, request.params.key, person);
  const { find } = request.query;
  const { found } = await offeredTargets(parts.catalogue, { userId: person.userId, origin, find });
  const shown = listed(found, null);
  const { authenticatedAt } = person;
  response.json({
    accounts: pickerAccounts(shown, {
      terminalAddress: origin.address,
      now: parts.services.clock.now(),
      authenticatedAt,
    }),
    listedCount: computeCount(shown),
    foundCount: computeCount(found),
  });
}
