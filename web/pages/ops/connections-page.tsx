// The live connections of the fleet or of one account: counted, filtered, sorted, and sent notices.
// The island `ops-connections` keeps the page up to date; without it the page shows one page of the
// list.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { type Counts, LiveFigures } from '../../components/ops/live-figures.tsx';
import { LiveFilters } from '../../components/ops/live-filters.tsx';
import type { RowAct } from '../../components/ops/live-menu.tsx';
import { ColumnsMenu, SortMenu } from '../../components/ops/live-options.tsx';
import type { LiveRow } from '../../components/ops/live-row.ts';
import { LiveTable } from '../../components/ops/live-table.tsx';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { queryString, type RowQuery } from '../../components/ops/row-order.ts';
import { SelectionBar } from '../../components/ops/selection-bar.tsx';
import { shownOfAll } from '../../components/ops/words.ts';
import { CsrfField } from '../../layout/csrf-field.tsx';

const NOTICE_FORM = 'notice';

export interface ConnectionsProps extends ConsoleProps {
  readonly reach: 'installation' | 'account';
  readonly listPath: string;
  readonly connectionsPath: string;
  readonly auditPath: string;
  /** What this person may do to connections. */
  readonly acts: readonly RowAct[];
  readonly query: RowQuery;
  /** One page of the connections that match the query. */
  readonly rows: readonly LiveRow[];
  readonly firstIndex: number;
  readonly pickedCount: number;
  readonly counts: Counts;
  /** Empty for one account, since nodes are only shown to operators. */
  readonly nodes: readonly NodeRow[];
  readonly nodeIds: readonly string[];
  /** Of the columns that can be hidden. */
  readonly hiddenColumns: readonly string[];
  readonly page: number;
  readonly pageCount: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly typedNotice: string;
}

export function ConnectionsPage(props: ConnectionsProps): VNode {
  const { frame, view, reach, counts, nodes, query, nodeIds, listPath, acts, now } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Live connections"
      styles={['ops']}
      islands={['ops-connections']}
      actions={reach === 'account' ? <AccountLinks {...props} /> : undefined}
    >
      <div class="ops stack">
        <div data-live-figures>
          <LiveFigures counts={counts} nodes={nodes} now={now} />
        </div>
        <LiveFilters query={query} nodeIds={nodeIds} listPath={listPath} />
        <Shown {...props} />
        <LiveRegion {...props} />
        <Pages {...props} />
        {acts.includes('notify') && <NoticeForm {...props} />}
        {acts.includes('notify') && <SelectionBar {...props} />}
      </div>
    </ConsolePage>
  );
}

/** Tabs for operators. */
function AccountLinks({ listPath, auditPath }: Pick<ConnectionsProps, 'listPath' | 'auditPath'>): VNode {
  return (
    <>
      <a class="button plain" href={`${listPath}/history`}>
        Over time
      </a>
      <a class="button plain" href={auditPath}>
        Audit trail
      </a>
    </>
  );
}

function Shown(props: ConnectionsProps): VNode {
  const { rows, firstIndex, pickedCount, counts, query, listPath, hiddenColumns } = props;
  return (
    <div class="live-bar">
      <p role="status" data-live-status>
        {rows.length === 0
          ? 'No connection to show'
          : `${firstIndex + 1}–${firstIndex + rows.length} of ${shownOfAll(pickedCount, counts.live + counts.waiting)}`}
      </p>
      <SortMenu query={query} listPath={listPath} />
      <div class="page-actions" data-live-controls data-keeps-room hidden>
        <ColumnsMenu hiddenColumns={hiddenColumns} />
        <button class="button plain small" type="button" data-live-select>
          Select all shown
        </button>
        <button class="button plain small" type="button" data-live-pause aria-pressed="false">
          Pause
        </button>
      </div>
    </div>
  );
}

function LiveRegion(props: ConnectionsProps): VNode {
  const { rows, firstIndex, pickedCount, query, page, now, listPath, connectionsPath, acts } = props;
  const noticeForm = acts.includes('notify') ? NOTICE_FORM : null;
  return (
    <section
      class="live-region"
      aria-label="Live connections"
      // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
      tabindex={0}
      data-live={listPath}
      data-connections={connectionsPath}
      data-notice-form={noticeForm ?? undefined}
      data-acts={acts.join(' ')}
      data-hidden={props.hiddenColumns.join(' ')}
    >
      <div>
        <LiveTable
          caption="Live connections"
          rows={rows}
          firstIndex={firstIndex}
          total={pickedCount}
          query={query}
          now={now}
          listPath={listPath}
          connectionsPath={connectionsPath}
          noticeForm={noticeForm}
          acts={acts}
          page={page}
        />
        {rows.length === 0 && <p class="live-empty">No connections match.</p>}
      </div>
    </section>
  );
}

function Pages({ page, pageCount, query, listPath }: ConnectionsProps): VNode | null {
  if (pageCount === 1) return null;
  const link = (to: number, label: string) => (
    <a class="button plain small" href={listPath + queryString(query, to)}>
      {label}
    </a>
  );
  return (
    <nav class="strip" aria-label="Pages of the list" data-live-pages>
      {page > 1 && link(page - 1, 'Previous')}
      <span>
        Page {page} of {pageCount}
      </span>
      {page < pageCount && link(page + 1, 'Next')}
    </nav>
  );
}

function NoticeForm({ frame, connectionsPath, query, page, typedNotice }: ConnectionsProps): VNode {
  return (
    <form class="panel notice-form" id={NOTICE_FORM} method="post" action={`${connectionsPath}/notice`}>
      <CsrfField frame={frame} />
      <input type="hidden" name="list" value={queryString(query, page)} data-live-place />
      <input type="hidden" name="connections" value="" data-live-picked />
      <div class="field">
        <label for="notice-text">
          Send a NOTICE to the selected <span data-live-picked-count />
        </label>
        <p class="help" id="notice-help">
          Shows up in the selected terminals without interrupting a query.
        </p>
        <input
          class="input"
          id="notice-text"
          name="text"
          type="text"
          maxlength={500}
          value={typedNotice}
          autocomplete="off"
          aria-describedby="notice-help"
          required
        />
      </div>
      <div class="form-foot">
        <button class="button plain" type="submit">
          Send NOTICE
        </button>
      </div>
    </form>
  );
}
