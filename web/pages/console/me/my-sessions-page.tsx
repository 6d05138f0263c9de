// Where a person is connected and signed in, what was remembered, and what happened lately.

import type { VNode } from 'preact';
import { type ConnectionRow, ConnectionTable } from '../../../components/console/connection-table.tsx';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { type Column, DataTable } from '../../../components/console/data-table.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { PostButton } from '../../../components/console/post-button.tsx';
import { When } from '../../../components/console/when.tsx';

interface GrantRow {
  readonly id: string;
  readonly project: string;
  readonly target: string | null;
  readonly access: 'read_write' | 'read_only';
  readonly address: string;
  readonly application: string | null;
  readonly until: Date;
  readonly usedCount: number;
  /** Null: any number. */
  readonly usesLeft: number | null;
  readonly lastUsedAt: Date | null;
}

interface BrowserRow {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly browser: string;
  readonly address: string;
  readonly signedInAt: Date;
  readonly lastSeenAt: Date;
}

interface HistoryRow {
  readonly at: Date;
  readonly what: string;
  readonly detail: string | null;
  readonly from: string | null;
}

export interface MySessionsProps extends ConsoleProps {
  readonly path: string;
  readonly connections: readonly ConnectionRow[];
  readonly grants: readonly GrantRow[];
  /** The latest used first. */
  readonly browsers: readonly BrowserRow[];
  /** How many more there are. */
  readonly hiddenBrowsers: number;
  readonly history: readonly HistoryRow[];
  readonly now: Date;
}

export function MySessionsPage(props: MySessionsProps): VNode {
  const { frame, view, path, connections, now } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="My sessions"
      lead="Everything that acts in your name right now. End what you do not know."
      actions={
        <PostButton frame={frame} action="/app/me/sign-out-everywhere" label="Sign out everywhere" look="danger" />
      }
    >
      <Panel id="connections" title="Live connections">
        <ConnectionTable
          frame={frame}
          caption="Your live connections"
          connections={connections.map((row) => ({ ...row, endPost: `${path}/connections/${row.id}/end` }))}
          show="project"
          empty="You are not connected to any project."
          now={now}
        />
      </Panel>
      <Grants {...props} />
      <Browsers {...props} />
      <History {...props} />
    </ConsolePage>
  );
}

function Grants({ frame, path, grants, now }: MySessionsProps): VNode {
  const columns: ReadonlyArray<Column<GrantRow>> = [
    { header: 'Project', kind: 'main', cell: (grant) => <GrantTarget grant={grant} /> },
    { header: 'From', cell: ({ address, application }) => <Place address={address} detail={application} /> },
    { header: 'Until', cell: ({ until }) => <When at={until} now={now} /> },
    { header: 'Used', cell: (grant) => <Uses grant={grant} now={now} /> },
    {
      header: 'Revoke',
      kind: 'actions',
      cell: ({ id, project }) => (
        <PostButton frame={frame} action={`${path}/grants/${id}/revoke`} label="Revoke" look="small" of={project} />
      ),
    },
  ];
  return (
    <Panel
      id="grants"
      title="Remembered approvals"
      lead="Within their time, the same terminal gets in without being asked again."
    >
      <DataTable
        caption="Remembered approvals"
        columns={columns}
        rows={grants}
        rowKey={({ id }) => id}
        empty="Nothing is remembered: each connection is asked for."
      />
    </Panel>
  );
}

function GrantTarget({ grant }: { readonly grant: GrantRow }): VNode {
  const access = grant.access === 'read_only' ? 'read only' : 'read and write';
  return (
    <>
      <bdi>{grant.project}</bdi>
      <span class="row-detail">{grant.target === null ? access : `${grant.target}, ${access}`}</span>
    </>
  );
}

function Uses({ grant, now }: { readonly grant: GrantRow; readonly now: Date }): VNode {
  const times = grant.usedCount === 1 ? 'once' : `${grant.usedCount} times`;
  return (
    <span>
      {grant.usedCount === 0 ? 'not yet' : times}
      <span class="row-detail">
        {grant.usedCount > 0 && (
          <>
            last <When at={grant.lastUsedAt} now={now} />
          </>
        )}
        {grant.usesLeft === 0 && ', used up'}
      </span>
    </span>
  );
}

function Browsers({ frame, path, browsers, hiddenBrowsers, now }: MySessionsProps): VNode {
  const columns: ReadonlyArray<Column<BrowserRow>> = [
    {
      header: 'Browser',
      kind: 'main',
      cell: ({ browser, isCurrent }) => (
        <>
          <bdi>{browser}</bdi>
          {isCurrent && <span class="quiet-text"> (this one)</span>}
        </>
      ),
    },
    { header: 'Address', cell: ({ address }) => <span class="mono">{address}</span> },
    { header: 'Signed in', cell: ({ signedInAt }) => <When at={signedInAt} now={now} /> },
    { header: 'Last seen', cell: ({ lastSeenAt }) => <When at={lastSeenAt} now={now} /> },
    {
      header: 'Sign out',
      kind: 'actions',
      cell: ({ id, browser, isCurrent }) =>
        isCurrent ? null : (
          <PostButton
            frame={frame}
            action={`${path}/browsers/${id}/sign-out`}
            label="Sign out"
            look="small"
            of={browser}
          />
        ),
    },
  ];
  return (
    <Panel id="browsers" title="Browsers">
      <DataTable caption="Browsers that are signed in" columns={columns} rows={browsers} rowKey={({ id }) => id} />
      {hiddenBrowsers > 0 && <p class="quiet">And {hiddenBrowsers} more. Signing out everywhere ends them all.</p>}
    </Panel>
  );
}

function History({ history, now }: MySessionsProps): VNode {
  const columns: ReadonlyArray<Column<HistoryRow>> = [
    { header: 'What', kind: 'main', cell: ({ what }) => what },
    { header: 'Detail', cell: ({ detail }) => <bdi>{detail ?? ''}</bdi> },
    { header: 'From', cell: ({ from }) => <span class="mono">{from ?? ''}</span> },
    { header: 'When', cell: ({ at }) => <When at={at} now={now} /> },
  ];
  return (
    <Panel id="history" title="Lately">
      <DataTable
        caption="What happened lately"
        columns={columns}
        rows={history}
        rowKey={({ at, what }) => `${at.toISOString()} ${what}`}
        empty="Nothing was written down yet."
      />
    </Panel>
  );
}

function Place({ address, detail }: { readonly address: string; readonly detail: string | null }): VNode {
  return (
    <span>
      <span class="mono">{address}</span>
      {detail !== null && (
        <span class="row-detail">
          <bdi>{detail}</bdi>
        </span>
      )}
    </span>
  );
}
