// The invitations to organizations that wait for the person.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';

interface InvitationRow {
  readonly id: string;
  readonly organization: string;
  readonly memberRole: 'admin' | 'member';
  /** Null when it was not a person, or one who is gone. */
  readonly inviterEmail: string | null;
  readonly invitedAt: Date;
}

export interface MyInvitationsProps extends ConsoleProps {
  readonly path: string;
  readonly email: string;
  /** Of an e-mail that is not verified only the links work, so none are listed. */
  readonly isEmailVerified: boolean;
  readonly invitations: readonly InvitationRow[];
  readonly now: Date;
}

export function MyInvitationsPage(props: MyInvitationsProps): VNode {
  const { frame, view, path, email, isEmailVerified, invitations, now } = props;
  const columns: ReadonlyArray<Column<InvitationRow>> = [
    { header: 'Organization', kind: 'main', cell: ({ organization }) => <bdi>{organization}</bdi> },
    { header: 'As', cell: ({ memberRole }) => memberRole },
    { header: 'Invited by', cell: ({ inviterEmail }) => <bdi>{inviterEmail ?? 'an operator'}</bdi> },
    { header: 'Invited', cell: ({ invitedAt }) => <When at={invitedAt} now={now} /> },
    {
      header: 'Answer',
      cell: ({ id, organization }) => (
        <span class="field-row">
          <PostButton frame={frame} action={`${path}/${id}/accept`} label="Accept" look="primary" of={organization} />
          <PostButton frame={frame} action={`${path}/${id}/decline`} label="Decline" of={organization} />
        </span>
      ),
    },
  ];
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="My invitations"
      lead="Nobody becomes a member without accepting. Admins of the organizations you join see your email. They are told when you report a login that wasn’t yours."
    >
      {isEmailVerified ? (
        <DataTable
          caption="Invitations that wait for you"
          columns={columns}
          rows={invitations}
          rowKey={({ id }) => id}
          empty="No invitation is waiting for you."
        />
      ) : (
        <p class="table-empty">
          Nobody has verified yet that <bdi>{email}</bdi> is yours, so invitations to it are not listed. Open the link
          of an invitation while you are signed in, or ask your operator.
        </p>
      )}
    </ConsolePage>
  );
}
