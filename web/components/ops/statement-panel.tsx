// What the database runs for a connection: offered, and shown once somebody has asked.

import type { VNode } from 'preact';
import { CsrfField } from '../../layout/csrf-field.tsx';
import type { PageFrame } from '../../layout/page-frame.ts';
import { Panel } from '../console/panel.tsx';
import { When } from '../console/tables/when.tsx';

export interface StatementText {
  /** Null where the server does not tell. */
  readonly text: string | null;
  readonly state: string | null;
  readonly startedAt: Date | null;
  readonly waitsFor: string | null;
}

export type StatementView =
  /** Not of a database that this installation hosts, or not for this person. */
  | { readonly kind: 'none' }
  | { readonly kind: 'offered' }
  /** Null: the session is gone. */
  | { readonly kind: 'seen'; readonly statement: StatementText | null };

interface StatementPanelProps {
  readonly frame: PageFrame;
  readonly view: StatementView;
  readonly action: string;
  /** Where in the list the page was opened. */
  readonly place: string;
  readonly now: Date;
}

export function StatementPanel({ frame, view, action, place, now }: StatementPanelProps): VNode | null {
  if (view.kind === 'none') return null;
  return (
    <Panel
      id="statement"
      title="Statement"
      lead="What the database runs for it. Looking is written to the audit trail."
      actions={
        <form method="post" action={action}>
          <CsrfField frame={frame} />
          <input type="hidden" name="list" value={place} />
          <button class="button plain small" type="submit">
            {view.kind === 'seen' ? 'Look again' : 'Show statement'}
          </button>
        </form>
      }
    >
      {view.kind === 'seen' && <Seen statement={view.statement} now={now} />}
    </Panel>
  );
}

function Seen({ statement, now }: { readonly statement: StatementText | null; readonly now: Date }): VNode {
  if (statement === null) return <p class="quiet-text">The database has no such session any more.</p>;
  const { text, state, startedAt, waitsFor } = statement;
  if (text === null) return <p class="quiet-text">The server hides it. Grant pg_read_all_stats to the hosting role.</p>;
  return (
    <>
      <pre class="command statement">{text === '' ? 'Nothing has run yet.' : text}</pre>
      <p class="quiet-text">
        {state === 'active' ? 'Running since ' : 'The last one, from '}
        <When at={startedAt} now={now} never="an unknown time" />
        {state === 'active' && waitsFor !== null && `, waits for ${waitsFor}`}
      </p>
    </>
  );
}
