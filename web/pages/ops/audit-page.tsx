// The audit trail: filters, a page of events with their details, and the export.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { OptionalField, SelectField } from '../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../components/console/forms/hidden-fields.tsx';
import { type Column, DataTable } from '../../components/console/tables/data-table.tsx';

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly event: string;
  readonly code: string;
  readonly outcome: string;
  readonly who: string;
  readonly subject: string | null;
  readonly reason: string | null;
  readonly details: ReadonlyArray<{ readonly name: string; readonly value: string }>;
}

export interface AuditProps extends ConsoleProps {
  readonly path: string;
  readonly reach: 'installation' | 'account';
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly eventNames: readonly string[];
  readonly rows: readonly AuditRow[];
  /** Null on the last page. */
  readonly olderPath: string | null;
  readonly isFirstPage: boolean;
}

export function AuditPage(props: AuditProps): VNode {
  const { frame, view, path, rows, olderPath, query, isFirstPage } = props;
  const asked = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Audit trail"
      lead="Who did what, newest first. Nothing here can be changed or taken out; times are UTC."
      styles={['ops']}
      actions={
        <form method="post" action={`${path}/export`}>
          <HiddenFields frame={frame} fields={Object.fromEntries(asked)} />
          <button class="button plain" type="submit">
            Export as JSON lines
          </button>
        </form>
      }
    >
      <div class="ops stack">
        <Filters {...props} />
        <DataTable
          caption="Audit events"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ id }) => id}
          empty="No event fits these filters."
        />
        <nav class="strip" aria-label="Pages of the trail">
          {!isFirstPage && (
            <a class="button plain" href={`${path}?${new URLSearchParams(asked)}`}>
              Newest
            </a>
          )}
          {olderPath !== null && (
            <a class="button plain" href={olderPath}>
              Older
            </a>
          )}
        </nav>
      </div>
    </ConsolePage>
  );
}

const OUTCOMES = [
  { value: '', label: 'Any' },
  { value: 'success', label: 'Success' },
  { value: 'refused', label: 'Refused' },
  { value: 'failure', label: 'Failure' },
] as const;

function Filters({ path, reach, query, eventNames }: AuditProps): VNode {
  const events = [{ value: '', label: 'Any' }, ...eventNames.map((name) => ({ value: name, label: name }))];
  return (
    <search>
      <form class="audit-filters" method="get" action={path}>
        <SelectField name="event" label="Event" choices={events} picked={query.event ?? ''} />
        <SelectField name="outcome" label="Outcome" choices={OUTCOMES} picked={query.outcome ?? ''} />
        <DayField name="from" label="From" value={query.from} />
        <DayField name="to" label="To" value={query.to} />
        <OptionalField name="actor" label="Actor’s id" value={query.actor ?? ''} />
        {reach === 'installation' && <OptionalField name="account" label="Account’s id" value={query.account ?? ''} />}
        <OptionalField name="project" label="Project’s id" value={query.project ?? ''} />
        <OptionalField name="connection" label="Connection’s id" value={query.connection ?? ''} />
        <button class="button plain" type="submit">
          Filter
        </button>
      </form>
    </search>
  );
}

function DayField(props: { readonly name: string; readonly label: string; readonly value: string | undefined }): VNode {
  return (
    <div class="field">
      <label for={props.name}>{props.label}</label>
      <input class="input" id={props.name} name={props.name} type="date" value={props.value ?? ''} />
    </div>
  );
}

const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

const COLUMNS: ReadonlyArray<Column<AuditRow>> = [
  { header: 'Event', kind: 'main', cell: (row) => <Event row={row} /> },
  { header: 'Time', cell: ({ at }) => <time datetime={at.toISOString()}>{EXACT.format(at)}</time> },
  { header: 'By', cell: ({ who }) => <bdi>{who}</bdi> },
  { header: 'What', cell: ({ subject, reason }) => <What subject={subject} reason={reason} /> },
  { header: 'Details', cell: (row) => <Details row={row} /> },
];

function Event({ row: { event, code, outcome } }: { readonly row: AuditRow }): VNode {
  return (
    <>
      {event}
      <span class="row-detail">
        {code} {outcome !== 'success' && <span class="pill caution">{outcome}</span>}
      </span>
    </>
  );
}

function What({ subject, reason }: Pick<AuditRow, 'subject' | 'reason'>): VNode {
  return (
    <span>
      {(subject !== null || reason === null) && <bdi>{subject ?? '–'}</bdi>}
      {reason !== null && (
        <span class="row-detail">
          <bdi>{reason}</bdi>
        </span>
      )}
    </span>
  );
}

function Details({ row }: { readonly row: AuditRow }): VNode {
  return (
    <details class="audit-details">
      <summary>
        {row.details.length} fields<span class="visually-hidden"> of {row.event}</span>
      </summary>
      <dl>
        {row.details.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
