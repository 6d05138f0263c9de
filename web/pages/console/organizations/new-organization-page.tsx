// The form for an organization: created at once, or requested from the operators, with an
// explanation of what happens next.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { CheckField } from '../../../components/console/forms/fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { RequestPill } from '../../../components/console/request-pill.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface RequestRow {
  readonly id: string;
  readonly name: string;
  readonly status: 'requested' | 'approved' | 'declined';
  readonly reason: string | null;
  readonly organizationPath: string | null;
  readonly createdAt: Date;
}

export interface NewOrganizationProps extends ConsoleProps {
  readonly isOnRequest: boolean;
  /** The person's requests, where organizations are created on request. */
  readonly requests: readonly RequestRow[];
  readonly typed: Readonly<Record<string, string>>;
  readonly now: Date;
}

export function NewOrganizationPage(props: NewOrganizationProps): VNode {
  const { frame, view, isOnRequest, requests } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title={isOnRequest ? 'Request an organization' : 'New organization'}
      lead="Work on projects with your team. You keep your personal account."
    >
      {isOnRequest ? <RequestForm {...props} /> : <CreateForm {...props} />}
      {requests.length > 0 && <OwnRequests {...props} />}
    </ConsolePage>
  );
}

function CreateForm({ frame, typed }: NewOrganizationProps): VNode {
  return (
    <form class="panel form-panel" method="post" action="/app/organizations/new">
      <CsrfField frame={frame} />
      <TextField
        name="name"
        label="Name"
        value={typed.name ?? ''}
        autocomplete="organization"
        maxLength={256}
        help="As members see it. You become its admin."
        focus="first"
      />
      <div class="form-foot">
        <button class="button primary" type="submit">
          Create organization
        </button>
        <a class="button plain" href="/app">
          Cancel
        </a>
      </div>
    </form>
  );
}

function RequestForm({ frame, typed }: NewOrganizationProps): VNode {
  return (
    <form class="panel form-panel" method="post" action="/app/organizations/request">
      <CsrfField frame={frame} />
      <TextField
        name="name"
        label="Name of the organization"
        value={typed.name ?? ''}
        autocomplete="organization"
        maxLength={256}
        focus="first"
      />
      <TextField
        name="admin_email"
        label="E-mail of its admin"
        type="email"
        value={typed.admin_email ?? ''}
        autocomplete="email"
        maxLength={256}
        help="You’ll be an admin as well."
      />
      <div class="stack-tight">
        <p class="label">When an operator approves</p>
        <ul class="bullets">
          <li>All projects of your personal account move to the organization, with their guests.</li>
          <li>Your paid plan moves over, and your personal account goes on with the Free plan.</li>
          <li>Its admins invite members and guests, and manage billing.</li>
        </ul>
      </div>
      <CheckField name="consent" label="I understand" isTicked={typed.consent === 'yes'} need="required" />
      <div class="form-foot">
        <button class="button primary" type="submit">
          Send request
        </button>
        <a class="button plain" href="/app">
          Cancel
        </a>
      </div>
    </form>
  );
}

function OwnRequests({ requests, now }: NewOrganizationProps): VNode {
  const columns: ReadonlyArray<Column<RequestRow>> = [
    { header: 'Organization', kind: 'main', cell: (row) => <RequestName row={row} /> },
    { header: 'Requested', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
    { header: 'Decision', cell: ({ status }) => <RequestPill status={status} /> },
    { header: 'Reason', cell: ({ reason }) => reason && <bdi>{reason}</bdi> },
  ];
  return (
    <Panel id="requests" title="Your requests">
      <DataTable caption="Your requests" columns={columns} rows={requests} rowKey={({ id }) => id} />
    </Panel>
  );
}

function RequestName({ row }: { readonly row: RequestRow }): VNode {
  if (row.organizationPath === null) return <bdi>{row.name}</bdi>;
  return (
    <a class="row-link" href={row.organizationPath}>
      <bdi>{row.name}</bdi>
    </a>
  );
}
