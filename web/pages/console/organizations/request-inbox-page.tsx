// The operators' inbox of requests for organizations.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { RequestPill } from '../../../components/console/request-pill.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';

interface RequestRow {
  readonly id: string;
  readonly name: string;
  readonly requester: string;
  readonly isRequesterVerified: boolean;
  readonly admin: { readonly email: string; readonly is: keyof typeof ADMINS };
  readonly status: 'requested' | 'approved' | 'declined';
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
}

export interface RequestInboxProps extends ConsoleProps {
  readonly waiting: readonly RequestRow[];
  readonly decided: readonly RequestRow[];
  readonly now: Date;
}

export function RequestInboxPage({ frame, view, waiting, decided, now }: RequestInboxProps): VNode {
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Organization requests"
      lead="Approving creates the organization and moves the requester’s projects and plan to it. Their personal account becomes Free."
    >
      {waiting.length === 0 ? (
        <p class="table-empty">No request is waiting.</p>
      ) : (
        waiting.map((row) => <WaitingRequest key={row.id} frame={frame} row={row} now={now} />)
      )}
      {decided.length > 0 && <Decided decided={decided} now={now} />}
    </ConsolePage>
  );
}

interface WaitingRequestProps {
  readonly frame: PageFrame;
  readonly row: RequestRow;
  readonly now: Date;
}

function WaitingRequest({ frame, row, now }: WaitingRequestProps): VNode {
  return (
    <Panel
      id={`request-${row.id}`}
      title={row.name}
      lead={
        <>
          <bdi>{row.requester}</bdi>
          {!row.isRequesterVerified && ' (email not verified)'} asked <When at={row.createdAt} now={now} />, with{' '}
          <bdi>{row.admin.email}</bdi> as admin: {ADMINS[row.admin.is]}.
        </>
      }
    >
      <PostButton
        frame={frame}
        action={`/ops/requests/${row.id}/approve`}
        label="Approve"
        look="primary"
        of={row.name}
      />
      <details class="more">
        <summary>Decline</summary>
        <form class="field-row" method="post" action={`/ops/requests/${row.id}/decline`}>
          <CsrfField frame={frame} />
          <div class="field">
            <label for={`reason-${row.id}`}>Reason, shown to the person</label>
            <input class="input" id={`reason-${row.id}`} name="reason" maxlength={200} required />
          </div>
          <button class="button plain" type="submit">
            Decline request
          </button>
        </form>
      </details>
    </Panel>
  );
}

const ADMINS = {
  requester: 'the same person',
  verified: 'has an account with this verified email, and is invited by approving',
  unverified: 'somebody has an account with this email, not verified; approving invites the mailbox',
  unknown: 'has no account yet, and is invited by approving',
} as const;

function Decided({ decided, now }: Pick<RequestInboxProps, 'decided' | 'now'>): VNode {
  const columns: ReadonlyArray<Column<RequestRow>> = [
    { header: 'Organization', kind: 'main', cell: ({ name }) => <bdi>{name}</bdi> },
    { header: 'Asked by', cell: ({ requester }) => <bdi>{requester}</bdi> },
    { header: 'Decision', cell: ({ status }) => <RequestPill status={status} /> },
    { header: 'Decided', cell: ({ decidedAt }) => <When at={decidedAt} now={now} /> },
    { header: 'Reason', cell: ({ reason }) => reason && <bdi>{reason}</bdi> },
  ];
  return (
    <Panel id="decided" title="Decided">
      <DataTable caption="Decided requests" columns={columns} rows={decided} rowKey={({ id }) => id} />
    </Panel>
  );
}
