// The outcome for each invited e-mail; without a mail server also the links to pass on, shown only
// once.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { CopyLine } from '../../../components/copy-line.tsx';

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
  const links = rows.flatMap(({ email, link }) => (link === null ? [] : [`${email} ${link}`]));
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Invited"
      lead={
        links.length > 0
          ? 'No mail was sent, so send each person their own link. It works for 7 days, and anyone who has it can join with it. People with an account also find it under My invitations.'
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
        {links.length > 1 && <CopyAll links={links} />}
        <div class="form-foot">
          <a class="button primary" href={isWaiting ? `${place}/invitations` : place}>
            Done
          </a>
        </div>
      </div>
    </ConsolePage>
  );
}

/** One line a person, for a chat or a sheet. */
function CopyAll({ links }: { readonly links: readonly string[] }): VNode {
  return (
    <div data-copy-box>
      <pre data-copy-text hidden>
        {links.join('\n')}
      </pre>
      <button class="button plain" type="button" data-copy data-keeps-room hidden>
        <span data-copy-label>Copy all</span>
        <span class="visually-hidden"> links</span>
      </button>
    </div>
  );
}

const OUTCOMES = {
  invited: 'is invited. The link works for 7 days.',
  already_member: 'is a member already.',
  guest: 'is a guest now, and can use the project after opening the link.',
  already_guest: 'was a guest already.',
  has_access_already: 'has the project already.',
} as const;
