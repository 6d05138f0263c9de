// Requests for access: first those that wait for this person's decision.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { ListedTable, type Listing } from '../../../components/console/tables/listed-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { ProjectLabelTag } from '../../../components/project-label.tsx';
import { placeInWords, type RequestView, STATE_WORDS } from './request-view.ts';

export interface RequestsProps extends ConsoleProps {
  readonly path: string;
  /** For people who may break the glass; null: not. */
  readonly glassPath: string | null;
  readonly toDecide: readonly RequestView[];
  /** Accounts whose requests the person may list. */
  readonly shows: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly show: string;
  /** Empty: any. */
  readonly state: string;
  readonly listing: Listing<RequestView>;
  readonly now: Date;
}

const STATES = [
  { value: '', label: 'Any state' },
  ...Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label })),
];

export function RequestsPage(props: RequestsProps): VNode {
  const { frame, view, path, glassPath, toDecide, shows, show, state, listing, now } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Requests for access"
      lead="Some databases want the agreement of others, or a reason, first."
      actions={
        <>
          {glassPath !== null && (
            <a class="button plain" href={glassPath}>
              Break the glass
            </a>
          )}
          <a class="button primary" href={`${path}/new`}>
            Ask for access
          </a>
        </>
      }
    >
      {toDecide.length > 0 && (
        <Panel
          id="to-decide"
          title="Waiting for you"
          lead="Look at each before you agree: somebody else may be asking."
        >
          <DataTable
            caption="Requests that wait for your decision"
            columns={columnsOf(now, 'Decide')}
            rows={toDecide}
            rowKey={({ href }) => href}
          />
        </Panel>
      )}
      <div class="stack">
        <form class="field-row" method="get" action={path}>
          <SelectField name="show" label="Show" choices={[{ value: 'own', label: 'My own' }, ...shows]} picked={show} />
          <SelectField name="state" label="State" choices={STATES} picked={state} />
          <button class="button plain" type="submit">
            Show
          </button>
        </form>
        <ListedTable
          listing={listing}
          noun="request"
          caption="Requests"
          columns={columnsOf(now, 'See')}
          rowKey={({ href }) => href}
          empty={show === 'own' ? 'You haven’t asked for access yet.' : 'Nobody has asked for access yet.'}
        />
      </div>
    </ConsolePage>
  );
}

function columnsOf(now: Date, word: string): ReadonlyArray<Column<RequestView>> {
  return [
    { header: 'Who', kind: 'main', sort: 'who', cell: ({ person }) => <bdi>{person}</bdi> },
    { header: 'Asks for', cell: (row) => <AskedFor row={row} /> },
    { header: 'Why', cell: ({ reason }) => <bdi>{reason ?? '–'}</bdi> },
    { header: 'Asked', sort: 'asked', cell: ({ askedAt }) => <When at={askedAt} now={now} /> },
    { header: 'State', cell: (row) => <StatePill row={row} now={now} /> },
    {
      header: 'Open',
      kind: 'actions',
      cell: ({ href, person }) => (
        <a class="button plain small" href={href}>
          {word}
          <span class="visually-hidden"> the request of {person}</span>
        </a>
      ),
    },
  ];
}

function AskedFor({ row }: { readonly row: RequestView }): VNode {
  return (
    <>
      <bdi>{placeInWords(row)}</bdi> <ProjectLabelTag label={row.label} />
      <span class="row-detail">
        {row.access === 'read_only' ? 'read-only' : 'read-write'}, {row.duration}
      </span>
      {row.state === 'waiting' && (
        <span class="row-detail">
          {row.projectId}
          {(row.projectRenamed ?? row.computeRenamed) !== null && ', renamed lately'}
        </span>
      )}
    </>
  );
}

export function StatePill({ row, now }: { readonly row: RequestView; readonly now: Date }): VNode {
  const { state, needed, agreed, until } = row;
  const tone = state === 'waiting' ? 'pill caution' : state === 'approved' ? 'pill accent' : 'pill';
  return (
    <>
      <span class={tone}>{STATE_WORDS[state]}</span>
      {state === 'waiting' && needed > 1 && (
        <span class="row-detail">
          {agreed.length} of {needed}
        </span>
      )}
      {state === 'approved' && (
        <span class="row-detail">
          ends <When at={until} now={now} />
        </span>
      )}
    </>
  );
}
