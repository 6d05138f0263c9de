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
  /** Whether the decision is mailed. */
  readonly hasMail: boolean;
  readonly now: Date;
}

export function NewOrganizationPage(props: NewOrganizationProps): VNode {
  const { frame, view, isOnRequest, requests } = props;
  const open = requests.find(({ status }) => status === 'requested');
  if (open !== undefined) return <RequestPage {...props} open={open} />;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title={isOnRequest ? 'Request an organization' : 'New organization'}
      lead="Work on projects with your team. You keep your personal account."
    >
      {isOnRequest ? <RequestForm {...props} /> : <CreateForm {...props} />}
      {requests.length > 0 && <OwnRequests requests={requests} now={props.now} />}
    </ConsolePage>
  );
}

/** Between sending a request and its decision. */
function RequestPage({
  frame,
  view,
  open,
  hasMail,
  requests,
  now,
}: NewOrganizationProps & { open: RequestRow }): VNode {
  const earlier = requests.filter((request) => request !== open);
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Your request is with the operators"
      actions={
        <a class="button plain" href="/app">
          Back to projects
        </a>
      }
    >
      <section class="panel form-panel" aria-label={open.name}>
        <h2>
          <bdi>{open.name}</bdi>
        </h2>
        <ol class="request-steps">
          <li data-step="done">
            <span>
              Sent <When at={open.createdAt} now={now} />
            </span>
          </li>
          <li data-step="now">An operator decides</li>
          <li>Your projects and plan move to it, and you invite your team</li>
        </ol>
        <p class="quiet-text">
          {hasMail ? (
            <>
              We’ll write to <bdi>{frame.person?.email}</bdi> as soon as it’s decided. You can close this page.
            </>
          ) : (
            'The decision shows up on this page.'
          )}
        </p>
      </section>
      {earlier.length > 0 && <OwnRequests requests={earlier} now={now} />}
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
        label="Email of its admin"
        type="email"
        value={typed.admin_email ?? ''}
        autocomplete="email"
        maxLength={256}
        help="You’ll be an admin as well. Someone else gets an invitation."
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

function OwnRequests({ requests, now }: Pick<NewOrganizationProps, 'requests' | 'now'>): VNode {
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
