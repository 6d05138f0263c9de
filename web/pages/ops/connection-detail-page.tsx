// The details of one live connection, and the actions on it.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { Panel } from '../../components/console/panel.tsx';
import { ConnectionFacts } from '../../components/ops/connection-facts.tsx';
import type { LiveRow } from '../../components/ops/live-row.ts';
import { mayBeCanceled } from '../../components/ops/live-state.ts';
import { ReasonForm } from '../../components/ops/reason-form.tsx';
import { StatementPanel, type StatementView } from '../../components/ops/statement-panel.tsx';

export interface ConnectionDetailProps extends ConsoleProps {
  /** The page's path. */
  readonly path: string;
  readonly listPath: string;
  /** Where in the list the page was opened: `?search=…`. */
  readonly place: string;
  readonly noticePath: string;
  readonly auditPath: string;
  readonly row: LiveRow;
  readonly statement: StatementView;
  readonly tls: string | null;
  readonly port: number;
  readonly grantId: string | null;
  readonly accessTokenId: string | null;
  readonly mayEnd: boolean;
  readonly mayCancel: boolean;
  readonly mayNotify: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly typed: Readonly<Record<string, string>>;
}

const REASON = { name: 'reason', label: 'Reason', max: 200 } as const;
const KEPT = 'For the audit trail.';

export function ConnectionDetailPage(props: ConnectionDetailProps): VNode {
  const { frame, view, path, noticePath, row, typed, place } = props;
  const who = row.person ?? row.requestedUser;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title={`${who} from ${row.address}`}
      styles={['ops']}
      actions={
        <a class="button plain" href={props.listPath + place}>
          Back to the list
        </a>
      }
    >
      <Facts {...props} />
      <StatementPanel
        frame={frame}
        view={props.statement}
        action={`${path}/statement`}
        place={place}
        now={new Date(props.now)}
      />
      {props.mayNotify && (
        <ReasonForm
          frame={frame}
          id="notice"
          title="Send a NOTICE"
          lead="Shows up in the terminal without interrupting a query."
          action={noticePath}
          hidden={{ connections: row.id, from: 'connection', list: place }}
          field={{ name: 'text', label: 'Text', help: 'One or two sentences.', max: 500 }}
          typed={typed.text ?? ''}
          button="Send NOTICE"
          look="plain"
        />
      )}
      {props.mayCancel && row.phase === 'relaying' && (
        <ReasonForm
          frame={frame}
          id="cancel"
          title="Cancel the running query"
          lead="Like pressing Ctrl-C: stops the query, keeps the connection."
          action={`${path}/cancel`}
          hidden={{ list: place }}
          field={{ ...REASON, help: KEPT }}
          typed={typed.reason ?? ''}
          button="Cancel query"
          look="plain"
          idle={mayBeCanceled(row) ? null : 'No query is running.'}
        />
      )}
      {props.mayEnd && (
        <ReasonForm
          frame={frame}
          id="end"
          title="End the connection"
          lead="A running query is cut off within a second and its transaction rolled back."
          action={`${path}/end`}
          hidden={{ list: place }}
          field={{ ...REASON, help: 'The person sees it in the terminal; it is kept in the audit trail.' }}
          typed={typed.reason ?? ''}
          button="End connection"
          look="danger"
        />
      )}
    </ConsolePage>
  );
}

function Facts({ row, auditPath, now, tls, port, grantId, accessTokenId }: ConnectionDetailProps): VNode {
  const more = { Port: String(port), TLS: tls ?? 'none', Grant: grantId, 'Access token': accessTokenId };
  return (
    <Panel
      id="facts"
      title="Details"
      actions={
        <a class="button plain small" href={auditPath}>
          Audit events
        </a>
      }
    >
      <ConnectionFacts row={row} now={now} more={more} />
    </Panel>
  );
}
