// The lists of an organization's people, where they come from, and the two ways to invite.

import type { ComponentChildren, VNode } from 'preact';
import { ConsolePage } from './console-page.tsx';
import type { ConsoleProps } from './console-view.ts';

export type CountedTab = 'members' | 'teams' | 'invitations' | 'guests';
export type PeopleTab = CountedTab | 'provisioning';

export interface PeopleProps extends ConsoleProps {
  /** `/app/<organization id>/people`. */
  readonly place: string;
  readonly tab: PeopleTab;
  readonly counts: Readonly<Record<CountedTab, number>>;
  readonly isAdmin: boolean;
  readonly mayShare: boolean;
  readonly now: Date;
}

interface PeopleFrameProps extends PeopleProps {
  readonly children: ComponentChildren;
}

const LABELS = {
  teams: 'Teams',
  invitations: 'Pending invites',
  guests: 'Guests',
  provisioning: 'Provisioning',
} as const;

const TABS = [
  { tab: 'members', label: 'Members', path: '' },
  { tab: 'teams', label: LABELS.teams, path: '/teams' },
  { tab: 'invitations', label: LABELS.invitations, path: '/invitations' },
  { tab: 'guests', label: LABELS.guests, path: '/guests' },
  { tab: 'provisioning', label: LABELS.provisioning, path: '/provisioning' },
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
          {TABS.filter(({ tab: each }) => isAdmin || each !== 'provisioning').map(({ tab: each, label, path }) => (
            <li key={each}>
              <a href={place + path} aria-current={each === tab ? 'page' : undefined}>
                {label}
                {each !== 'provisioning' && (
                  <>
                    {' '}
                    <span class="tab-count">{counts[each].toLocaleString('en-US')}</span>
                  </>
                )}
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

const MEMBER_ROLES = { admin: 'Admin', member: 'Member' } as const;

/** Highlights `admin`, since it may do everything. */
export function MemberRolePill({ memberRole }: { readonly memberRole: 'admin' | 'member' }): VNode {
  return <span class={memberRole === 'admin' ? 'pill accent' : 'pill'}>{MEMBER_ROLES[memberRole]}</span>;
}
