// The person's connections, browser sessions, remembered approvals, programs and recent events.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type ConnectionRow, ConnectionTable } from '../../../components/console/tables/connection-table.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { type GrantRow, GrantTable } from '../../../components/console/tables/grant-table.tsx';
import { type KeyRow, KeyTable } from '../../../components/console/tables/key-table.tsx';
import { type ProgramRow, ProgramTable } from '../../../components/console/tables/program-table.tsx';
import { type RecentLogin, RecentLogins } from '../../../components/console/tables/recent-logins.tsx';
import { When } from '../../../components/console/tables/when.tsx';

interface BrowserRow {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly browser: string;
  readonly address: string;
  readonly signedInAt: Date;
  readonly lastSeenAt: Date;
}

export interface MySessionsProps extends ConsoleProps {
  readonly path: string;
  readonly connections: readonly ConnectionRow[];
  readonly grants: readonly GrantRow[];
  readonly keys: readonly KeyRow[];
  /** Last used first. */
  readonly browsers: readonly BrowserRow[];
  /** The number of further ones. */
  readonly hiddenBrowsers: number;
  readonly programs: readonly ProgramRow[];
  readonly logins: readonly RecentLogin[];
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
        <a class="button plain ends" href="/app/me/sign-out-everywhere">
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
      <Panel
        id="keys"
        title="Keys of terminals"
        lead="An approval that is remembered for a key works from any address, and for nobody else there."
      >
        <KeyTable path={`${path}/keys`} keys={props.keys} now={now} />
      </Panel>
      <Browsers {...props} />
      <Panel id="programs" title="Programs" lead="They act for you with what you let them do.">
        <ProgramTable path={`${path}/programs`} programs={props.programs} now={now} />
      </Panel>
      <Panel id="history" title="Recent logins">
        <RecentLogins logins={props.logins} now={now} />
      </Panel>
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
