// The audit trail: one field to search it, a page of sentences with their raw events, the export.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { SelectField } from '../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../components/console/forms/hidden-fields.tsx';

export interface AuditEventView {
  readonly id: string;
  readonly at: Date;
  readonly code: string;
  readonly failing: 'Refused' | 'Failed' | null;
  readonly sentence: string;
  /** The whole event, one field a line. */
  readonly json: string;
}

/** One event, or those of one login, whose most telling one speaks for all. */
export interface AuditEntry extends AuditEventView {
  /** Newest first. */
  readonly events: readonly AuditEventView[];
}

export interface AuditProps extends ConsoleProps {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Kinds of events, for the filter. */
  readonly events: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly entries: readonly AuditEntry[];
  /** Null on the last page. */
  readonly olderPath: string | null;
  readonly isFirstPage: boolean;
}

export function AuditPage(props: AuditProps): VNode {
  const { frame, view, path, entries, olderPath, query, isFirstPage } = props;
  const asked = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Audit trail"
      lead="Everything that happened, newest first. Entries can’t be edited or deleted; times are UTC."
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
        <Filters {...props} asked={asked} />
        {entries.length === 0 ? <p class="table-empty">No event matches.</p> : <Days entries={entries} />}
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
  { value: '', label: 'Any outcome' },
  { value: 'success', label: 'Success' },
  { value: 'refused', label: 'Refused' },
  { value: 'failure', label: 'Failure' },
] as const;

/** Filters by id have no field: links of other pages set them, and here they are taken out. */
const BY_ID = ['actor', 'account', 'project', 'connection'] as const;

function Filters({ path, query, events, asked }: AuditProps & { readonly asked: [string, string][] }): VNode {
  const kinds = [{ value: '', label: 'Anything' }, ...events];
  const chips = BY_ID.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]] as const]));
  return (
    <search>
      <form class="audit-filters" method="get" action={path}>
        <div class="field audit-about">
          <label for="about">Person, project, address or name</label>
          <input class="input" id="about" name="about" type="search" value={query.about ?? ''} maxlength={200} />
        </div>
        <SelectField name="event" label="What happened" choices={kinds} picked={query.event ?? ''} />
        <SelectField name="outcome" label="Outcome" choices={OUTCOMES} picked={query.outcome ?? ''} />
        <DayField name="from" label="From" value={query.from} />
        <DayField name="to" label="To" value={query.to} />
        {chips.map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button class="button plain" type="submit">
          Search
        </button>
      </form>
      {chips.length > 0 && (
        <ul class="chips" aria-label="Narrowed to">
          {chips.map(([name, value]) => (
            <li key={name}>
              <a class="chip" href={`${path}?${new URLSearchParams(asked.filter(([other]) => other !== name))}`}>
                <span class="visually-hidden">Remove </span>
                {name} <bdi>{value}</bdi> <span aria-hidden="true">×</span>
              </a>
            </li>
          ))}
        </ul>
      )}
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

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' });

function Days({ entries }: { readonly entries: readonly AuditEntry[] }): VNode {
  const days = new Map<string, AuditEntry[]>();
  for (const entry of entries) {
    const day = DAY.format(entry.at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return (
    <div class="panel audit">
      {[...days].map(([day, ofDay]) => (
        <section key={day} aria-label={day}>
          <h2>{day}</h2>
          {ofDay.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </section>
      ))}
    </div>
  );
}

function Entry({ entry }: { readonly entry: AuditEntry }): VNode {
  const others = entry.events.length - 1;
  return (
    <details class="audit-entry" name="audit-entry">
      <summary>
        <Line event={entry} />
        {others > 0 && <span class="audit-more">{others} more of this login</span>}
      </summary>
      <div class="audit-beside">
        {others === 0 ? (
          <Raw event={entry} />
        ) : (
          entry.events.map((event) => (
            <details key={event.id} class="audit-part">
              <summary>
                <Line event={event} />
              </summary>
              <Raw event={event} />
            </details>
          ))
        )}
      </div>
    </details>
  );
}

function Raw({ event }: { readonly event: AuditEventView }): VNode {
  return (
    <div class="audit-event" data-copy-box>
      <button class="button plain small" type="button" data-copy data-keeps-room hidden>
        <span data-copy-label>Copy JSON</span>
      </button>
      <pre data-copy-text>{event.json}</pre>
    </div>
  );
}

function Line({ event: { at, sentence, code, failing } }: { readonly event: AuditEventView }): VNode {
  return (
    <span class="audit-line">
      <time datetime={at.toISOString()}>{TIME.format(at)}</time>
      <bdi>{sentence}</bdi>
      {failing !== null && <span class="pill caution">{failing}</span>}
      <code>{code}</code>
    </span>
  );
}
