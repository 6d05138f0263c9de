// One connection beside the list: what it does, kept up to date, and what may be done to it. Drawn
// by the island `ops-connections`; without it the connection's page says the same.

import type { VNode } from 'preact';
import { CrossSign } from '../../layout/icons.tsx';
import type { PageFrame } from '../../layout/page-frame.ts';
import { ConnectionFacts } from './connection-facts.tsx';
import type { RowAct } from './live-menu.tsx';
import type { LiveRow } from './live-row.ts';
import { ReasonForm } from './reason-form.tsx';

interface PanelHeadProps {
  readonly row: LiveRow | null;
  readonly now: number;
  /** The connection's own page. */
  readonly href: string;
  readonly onClose: () => void;
}

export function PanelHead({ row, now, href, onClose }: PanelHeadProps): VNode {
  return (
    <div class="stack">
      <div class="live-panel-head">
        <h2 tabindex={-1}>
          <bdi>{row === null ? 'This connection is over' : (row.person ?? row.requestedUser)}</bdi>
        </h2>
        {row !== null && (
          <a class="button plain small" href={href}>
            Open page
          </a>
        )}
        <button class="toast-close" type="button" onClick={onClose} aria-label="Close">
          <CrossSign />
        </button>
      </div>
      {row !== null && <ConnectionFacts row={row} now={now} />}
    </div>
  );
}

interface PanelActsProps {
  readonly row: LiveRow;
  readonly frame: Pick<PageFrame, 'csrfToken'>;
  readonly acts: readonly RowAct[];
  readonly connectionsPath: string;
  /** Where the list is, with this panel and without it. */
  readonly places: { readonly open: string; readonly closed: string };
}

const REASON = { name: 'reason', label: 'Reason', max: 200 } as const;

export function PanelActs({ row, frame, acts, connectionsPath, places }: PanelActsProps): VNode {
  const path = `${connectionsPath}/${row.id}`;
  const staying = { list: places.open, from: 'list' };
  return (
    <div class="stack">
      {acts.includes('notify') && (
        <ReasonForm
          frame={frame}
          id="panel-notice"
          title="Send a NOTICE"
          action={`${connectionsPath}/notice`}
          hidden={{ ...staying, connections: row.id }}
          field={{ name: 'text', label: 'Text', help: 'Shows up without interrupting a query.', max: 500 }}
          typed=""
          button="Send NOTICE"
          look="plain"
        />
      )}
      {acts.includes('cancel') && row.phase === 'relaying' && (
        <ReasonForm
          frame={frame}
          id="panel-cancel"
          title="Cancel the running query"
          action={`${path}/cancel`}
          hidden={staying}
          field={{ ...REASON, help: 'As Ctrl-C: the connection stays. For the audit trail.' }}
          typed=""
          button="Cancel query"
          look="plain"
        />
      )}
      {acts.includes('end') && (
        <ReasonForm
          frame={frame}
          id="panel-end"
          title="End the connection"
          action={`${path}/end`}
          hidden={{ list: places.closed }}
          field={{ ...REASON, help: 'The person sees it in the terminal.' }}
          typed=""
          button="End connection"
          look="danger"
        />
      )}
    </div>
  );
}
