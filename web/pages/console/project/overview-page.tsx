// A project's overview: how to connect, its computes, its connections.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { Panel } from '../../../components/console/panel.tsx';
import { type ComputeRow, ComputeTable } from '../../../components/console/tables/compute-table.tsx';
import { type ConnectionRow, ConnectionTable } from '../../../components/console/tables/connection-table.tsx';
import { CopyLine } from '../../../components/copy-line.tsx';
import { ProjectLabelTag, type ProjectLabelView } from '../../../components/project-label.tsx';

export interface OverviewProps extends ConsoleProps {
  readonly project: {
    readonly name: string;
    readonly id: string;
    readonly pgVersion: number;
    readonly label: ProjectLabelView;
  };
  /** The account that owns it, for its guests. */
  readonly from: string | null;
  readonly place: string;
  readonly psqlCommand: string;
  /** The account's switch for login by link is off. */
  readonly isLinkLoginOff: boolean;
  readonly computes: readonly ComputeRow[];
  readonly mayAddCompute: boolean;
  readonly connections: readonly ConnectionRow[];
  /** People who oversee the account see all connections. */
  readonly connectionsOf: 'everybody' | 'self';
  /** The live page of all connections to the account; null for people who may not see it. */
  readonly livePath: string | null;
  readonly now: Date;
}

export function OverviewPage(props: OverviewProps): VNode {
  const { frame, view, project, from, place, computes, now } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title={project.name}
      lead={
        <>
          {project.label !== 'none' && (
            <>
              <ProjectLabelTag label={project.label} /> ·{' '}
            </>
          )}
          {from !== null && (
            <>
              from <bdi>{from}</bdi> ·{' '}
            </>
          )}
          <span class="mono">{project.id}</span> · Postgres {project.pgVersion}
        </>
      }
    >
      <ConnectPanel {...props} />
      <Panel
        id="computes"
        title="Computes"
        actions={
          props.mayAddCompute ? (
            <a class="button plain small" href={`${place}/computes/new`}>
              Add compute
            </a>
          ) : undefined
        }
      >
        <ComputeTable frame={frame} computes={computes} now={now} />
      </Panel>
      <ConnectionsPanel {...props} />
    </ConsolePage>
  );
}

function ConnectPanel({ psqlCommand, place, isLinkLoginOff }: OverviewProps): VNode {
  if (isLinkLoginOff) {
    return (
      <Panel
        id="connect"
        title="Connect"
        lead="Login by link is off for this account. Connect with an access token or a role’s password."
        actions={<ClientsLink place={place} />}
      />
    );
  }
  return (
    <Panel
      id="connect"
      title="Connect"
      lead="Run this in a terminal, open the link it prints, and approve."
      actions={<ClientsLink place={place} />}
    >
      <CopyLine text={psqlCommand} what="psql command" />
    </Panel>
  );
}

function ClientsLink({ place }: { readonly place: string }): VNode {
  return (
    <a class="button plain small" href={`${place}/connect`}>
      Drivers and tools
    </a>
  );
}

function ConnectionsPanel({ connections, connectionsOf, livePath, now }: OverviewProps): VNode {
  const isOwn = connectionsOf === 'self';
  return (
    <Panel
      id="connections"
      title={isOwn ? 'Your connections' : 'Live connections'}
      actions={
        livePath === null ? undefined : (
          <a class="button plain small" href={livePath}>
            Watch all
          </a>
        )
      }
    >
      <ConnectionTable
        caption={isOwn ? 'Your connections to this project' : 'Connections to this project'}
        connections={connections}
        show="person"
        empty={isOwn ? 'You are not connected to this project.' : 'Nobody is connected right now.'}
        now={now}
      />
    </Panel>
  );
}
