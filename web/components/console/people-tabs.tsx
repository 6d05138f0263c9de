// The three lists of an organization's people, and the two ways to invite.

import type { ComponentChildren, VNode } from 'preact';
import { ConsolePage } from './console-page.tsx';
import type { ConsoleProps } from './console-view.ts';

export type PeopleTab = 'members' | 'invitations' | 'guests';

export interface PeopleProps extends ConsoleProps {
  /** `/app/<organization id>/people`. */
  readonly place: string;
  readonly tab: PeopleTab;
  readonly counts: Readonly<Record<PeopleTab, number>>;
  readonly isAdmin: boolean;
  readonly mayShare: boolean;
  readonly now: Date;
}

interface PeopleFrameProps extends PeopleProps {
  readonly children: ComponentChildren;
}

const LABELS = { invitations: 'Pending invites', guests: 'Guests' } as const;

const TABS = [
  { tab: 'members', label: 'Members', path: '' },
  { tab: 'invitations', label: LABELS.invitations, path: '/invitations' },
  { tab: 'guests', label: LABELS.guests, path: '/guests' },
] as const;

export function PeopleFrame(props: PeopleFrameProps): VNode {
  const { frame, view, place, tab, counts, isAdmin, mayShare, children } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="People"
      {...(tab === 'members' ? {} : { part: LABELS[tab] })}
      actions={isAdmin || mayShare ? <InviteLinks place={place} isAdmin={isAdmin} mayShare={mayShare} /> : undefined}
    >
      <nav class="sub-tabs" aria-label="People">
        <ul>
          {TABS.map(({ tab: each, label, path }) => (
            <li key={each}>
              <a href={place + path} aria-current={each === tab ? 'page' : undefined}>
                {label} <span class="tab-count">{counts[each].toLocaleString('en-US')}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </ConsolePage>
  );
}

function InviteLinks({ place, isAdmin, mayShare }: Pick<PeopleProps, 'place' | 'isAdmin' | 'mayShare'>): VNode {
  return (
    <>
      {mayShare && (
        <a class="button plain" href={`${place}/invite-guests`}>
          Invite guests
        </a>
      )}
      {isAdmin && (
        <a class="button primary" href={`${place}/invite`}>
          Invite members
        </a>
      )}
    </>
  );
}

/** Highlights `admin`, since it may do everything. */
export function MemberRolePill({ memberRole }: { readonly memberRole: 'admin' | 'member' }): VNode {
  return <span class={memberRole === 'admin' ? 'pill accent' : 'pill'}>{memberRole}</span>;
}
