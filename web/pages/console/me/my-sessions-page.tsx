// The person's connections, browser sessions, remembered approvals and recent events.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type ConnectionRow, ConnectionTable } from '../../../components/console/tables/connection-table.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { type GrantRow, GrantTable } from '../../../components/console/tables/grant-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';

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
  /** Last used first. */
  readonly browsers: readonly BrowserRow[];
  /** The number of further ones. */
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
      lead="Everything signed in as you. Don’t recognize something? End it."
      actions={
        <a class="button danger" href="/app/me/sign-out-everywhere">
          Sign out everywhere
        </a>
      }
    >
      <Panel id="connections" title="Live connections">
        <ConnectionTable
          caption="Your live connections"
          connections={connections}
          show="project"
          empty="You are not connected to any project."
          now={now}
        />
      </Panel>
      <Panel
        id="grants"
        title="Remembered approvals"
        lead="Within their time, the same terminal gets in without being asked again."
      >
        <GrantTable path={`${path}/grants`} grants={props.grants} now={now} />
      </Panel>
      <Browsers {...props} />
      <History {...props} />
    </ConsolePage>
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
    { header: 'Detail', cell: ({ detail }) => detail && <bdi>{detail}</bdi> },
    { header: 'From', cell: ({ from }) => from && <span class="mono">{from}</span> },
    { header: 'When', cell: ({ at }) => <When at={at} now={now} /> },
  ];
  return (
    <Panel id="history" title="Recent logins">
      <DataTable
        caption="Recent logins and sign-ins"
        columns={columns}
        rows={history}
        rowKey={({ at, what }) => `${at.toISOString()} ${what}`}
        empty="Nothing was written down yet."
      />
    </Panel>
  );
}
