// The links of invitations and shares, shown once where no mail is sent.

import type { ConsoleView } from '../../../../web/components/console/console-view.ts';
import { InvitedPage } from '../../../../web/pages/console/people/invited-page.tsx';
import { invitationLink } from '../../../actions/organizations/invite-members.ts';
import type { GuestLink, ShareOutcome } from '../../../catalogue/projects/shares.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type ConsoleCall, type ConsoleParts, goTo } from './console-call.ts';

export async function sendShared(
  call: ConsoleCall,
  { outcomes, place, view }: { outcomes: readonly ShareOutcome[]; place: string; view: ConsoleView },
): Promise<void> {
  const { parts, request, response } = call;
  const rows = outcomes.map((outcome) => guestRow(call, outcome));
  if (rows.some(({ link }) => link !== null)) {
    return await parts.renderer.sendOnce(request, response, InvitedPage, { view, place, rows });
  }
  const isNew = outcomes.some(({ kind }) => kind === 'shared');
  goTo(call, place, isNew ? 'shared' : 'already_shared');
}

function guestRow({ parts }: ConsoleCall, outcome: ShareOutcome): Parameters<typeof InvitedPage>[0]['rows'][number] {
  if (outcome.kind === 'has_access_already') {
    return { email: cleanForPage(outcome.email), outcome: outcome.kind, link: null };
  }
  const { share, link, kind } = outcome;
  return {
    email: cleanForPage(share.email),
    outcome: kind === 'shared' ? 'guest' : 'already_guest',
    link: shownLink(parts, link),
  };
}

/** NOTE: null for a mailed link, which proves the mailbox: only its reader may have it. */
export function shownLink(
  { address }: Pick<ConsoleParts, 'address'>,
  { token, delivery }: Pick<GuestLink, 'token' | 'delivery'>,
): string | null {
  return delivery === 'mailed' ? null : invitationLink(address.url, token);
}
