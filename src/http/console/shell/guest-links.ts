// After sharing a project: a notice, or, where no mail is sent, the links for guests, once.

import type { ConsoleView } from '../../../../web/components/console/console-view.ts';
import { InvitedPage } from '../../../../web/pages/console/people/invited-page.tsx';
import { invitationLink } from '../../../actions/organizations/invite-members.ts';
import type { ShareOutcome } from '../../../catalogue/projects/shares.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type ConsoleCall, goTo } from './console-call.ts';

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
  // NOTE: where mail is sent only the reader of the mailbox may have the link, as with invitations.
  const isShown = link !== null && parts.config.smtpUrl === null;
  return {
    email: cleanForPage(share.email),
    outcome: kind === 'shared' ? 'guest' : 'already_guest',
    link: isShown ? invitationLink(parts.address.url, link.token) : null,
  };
}
