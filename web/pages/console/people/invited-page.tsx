// The outcome for each invited e-mail; without a mail server also the links to pass on, shown only
// once.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { CopyLine } from '../../../components/console/copy-line.tsx';

export interface InvitedProps extends ConsoleProps {
  readonly place: string;
  readonly rows: ReadonlyArray<{
    readonly email: string;
    readonly outcome: 'invited' | 'already_member' | 'guest' | 'already_guest' | 'has_access_already';
    /** Null when it was mailed, and for members. */
    readonly link: string | null;
  }>;
}

export function InvitedPage({ frame, view, place, rows }: InvitedProps): VNode {
  const isWaiting = rows.some(({ outcome }) => outcome === 'invited');
  const hasLinks = rows.some(({ link }) => link !== null);
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Invited"
      lead={
        hasLinks
          ? 'Pass each link on to its person alone: it lets whoever has it sign up under that e-mail, which then counts as not verified. People with an account find invitations under My invitations, too.'
          : undefined
      }
    >
      <div class="panel">
        <ul class="outcome-list">
          {rows.map(({ email, outcome, link }) => (
            <li key={email}>
              <p>
                <strong>
                  <bdi>{email}</bdi>
                </strong>{' '}
                {OUTCOMES[outcome]}
              </p>
              {link !== null && <CopyLine text={link} what={`invitation link of ${email}`} />}
            </li>
          ))}
        </ul>
        <div class="form-foot">
          <a class="button primary" href={isWaiting ? `${place}/invitations` : place}>
            Done
          </a>
        </div>
      </div>
    </ConsolePage>
  );
}

const OUTCOMES = {
  invited: 'is invited, and joins by accepting. The link is open for 7 days.',
  already_member: 'is a member already.',
  guest: 'is a guest now.',
  already_guest: 'was a guest before.',
  has_access_already: 'has the project already.',
} as const;
