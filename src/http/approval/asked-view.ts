// The state of a login about which others were asked: whom, who agreed, and what they said.

import type { StatusView } from '../../../web/components/approval/connection-status.tsx';
import type { LoginRequest, Submission } from '../../login/request/login-request.ts';
import { cleanForPage, cleanSentence } from '../../untrusted-text.ts';

const NOTHING = { steps: [], facts: [] } as const;
const STOPPED = { ...NOTHING, tone: 'stopped', isFinal: true } as const;

export function askedView({ submission, expiresAt, waiting }: LoginRequest): StatusView {
  if (submission === null) throw new Error('a submitted login request says nobody whom it asks');
  const { asked, agreed, needed, accessRequestId } = submission;
  const names = agreed.map(cleanForPage).join(', ');
  const so = agreed.length === 0 ? '' : `${names} agreed; ${needed - agreed.length} more to go. `;
  const until = `${expiresAt.toISOString().slice(11, 16)} UTC`;
  const then =
    waiting === 'none'
      ? 'Connect again once they have agreed'
      : 'Your terminal goes on by itself once they have agreed';
  return {
    ...NOTHING,
    tone: 'working',
    title: `Asked ${cleanForPage(asked)}`,
    text: `${so}They have until ${until}. ${then}.`,
    links: [{ label: 'See or withdraw your request', href: `/app/me/requests/${accessRequestId}` }],
    isFinal: false,
  };
}

export function undecidedView(submission: Submission): StatusView {
  return {
    ...STOPPED,
    title: 'Nobody decided in time',
    text: 'Run the command again to ask anew, or talk to the team directly.',
    links: linksTo(submission),
  };
}

/** `denied` for another reason: all access of its person has ended. */
export function deniedByOthers({ reason, submission }: LoginRequest): StatusView {
  if (submission === null) throw new Error('nobody was asked about the login request');
  const stopped = { ...STOPPED, links: linksTo(submission) };
  if (reason === 'asked_elsewhere') {
    const text =
      'This terminal is new to you, so it does not wait. Run the command again once they have agreed; you get a mail.';
    return { ...stopped, tone: 'good', title: `Asked ${cleanForPage(submission.asked)}`, text };
  }
  if (reason !== 'asked_and_denied') {
    return { ...stopped, title: 'Withdrawn', text: 'Nobody got in, and the terminal has been told.' };
  }
  const { by, answer } = submission.denial ?? { by: 'somebody', answer: '' };
  const said = answer === '' ? '' : ` They wrote “${cleanSentence(answer)}”.`;
  return { ...stopped, title: `${cleanForPage(by)} said no`, text: `Nobody got in.${said}` };
}

function linksTo({ accessRequestId }: Submission): StatusView['links'] {
  return [{ label: 'See your request', href: `/app/me/requests/${accessRequestId}` }];
}
