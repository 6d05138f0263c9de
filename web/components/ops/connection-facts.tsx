// What is known of one live connection, on its page and in the panel beside the list.

import type { VNode } from 'preact';
import { When } from '../console/tables/when.tsx';
import { ProjectLabelTag } from '../project-label.tsx';
import { bytesInWords } from '../quantities.ts';
import type { LiveRow } from './live-row.ts';
import { stateInWords } from './live-state.ts';
import { rateInWords } from './words.ts';

interface ConnectionFactsProps {
  readonly row: LiveRow;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the list does not know. */
  readonly more?: Readonly<Record<string, string | null>>;
}

export function ConnectionFacts({ row, now, more = {} }: ConnectionFactsProps): VNode {
  const state = stateInWords(row, now);
  const facts: Readonly<Record<string, string | number | VNode | null>> = {
    State: <span class={`pill ${state.look}`}>{state.text}</span>,
    Person: row.person,
    'Let in by': row.isGlassBroken ? 'a broken glass' : null,
    Address: row.address,
    Application: row.application,
    'Requested user': row.requestedUser,
    Project: row.project === null ? null : projectOf(row),
    Compute: row.compute,
    Database: row.database,
    'Database role': row.databaseRole,
    'Upstream pid': row.pid,
    Node: row.node,
    Since: <When at={new Date(row.since)} now={new Date(now)} />,
    'Sent to the database': flow(row.sent, row.sending),
    'Received from it': flow(row.received, row.receiving),
    ...more,
  };
  return (
    <dl class="ops-facts">
      {Object.entries(facts).map(([label, value]) =>
        value === null ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function flow(bytes: number, perSecond: number | null): string {
  const rate = perSecond === null || perSecond === 0 ? '' : `, ${rateInWords(perSecond)}`;
  return bytesInWords(bytes) + rate;
}

function projectOf({ project, label }: LiveRow): VNode {
  return (
    <>
      {project} <ProjectLabelTag label={label} />
    </>
  );
}
