// The terminals that a person has opened and not decided about, so that the start page leads back
// to them. Those that nobody has opened are found by their links and codes only.

import { ageInWords } from '../../../web/components/age-in-words.ts';
import type { WaitingTerminal } from '../../../web/pages/home-page.tsx';
import type { UserId } from '../../ids.ts';
import { isApprovable } from '../../login/request/login-request.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import { findAsker } from '../../login/request/terminal.ts';
import { cleanForPage } from '../../untrusted-text.ts';

/** More are found in the terminals themselves. */
const MOST_SHOWN = 5;

/** The newest first. */
export async function waitingTerminals(
  loginRequests: LoginRequests,
  { userId, now }: { readonly userId: UserId; readonly now: Date },
): Promise<WaitingTerminal[]> {
  const ids = await loginRequests.idsOpenedBy(userId);
  const found = await Promise.all(ids.slice(-MOST_SHOWN).map((id) => loginRequests.find(id)));
  return found
    .flatMap((request) =>
      request !== null && request.claim?.userId === userId && isApprovable(request) ? [request] : [],
    )
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime())
    .map(({ id, origin, createdAt }) => ({
      href: `/psql_session/${id}`,
      asker: findAsker(origin.application) ?? 'A database tool',
      address: cleanForPage(origin.address),
      age: ageInWords(now.getTime() - createdAt.getTime()),
    }));
}
