// The filters of the list of live connections: a form whose fields are the page's query.

import type { VNode } from 'preact';
import { OptionalField, SelectField } from '../console/forms/fields.tsx';
import { LIVE_COLUMNS } from './live-columns.ts';
import type { RowQuery } from './row-order.ts';

interface LiveFiltersProps {
  readonly query: RowQuery;
  readonly nodeIds: readonly string[];
  readonly listPath: string;
}

const PHASES = [
  { value: '', label: 'Any state' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'connecting', label: 'Connecting' },
  { value: 'relaying', label: 'Connected' },
] as const;

const ORDERS = [
  { value: 'asc', label: 'Ascending' },
  { value: 'desc', label: 'Descending' },
] as const;

export function LiveFilters({ query, nodeIds, listPath }: LiveFiltersProps): VNode {
  const nodes = [{ value: '', label: 'All nodes' }, ...nodeIds.map((id) => ({ value: id, label: id }))];
  const sorts = LIVE_COLUMNS.flatMap(({ sorts }) => sorts).map(({ sort, label }) => ({ value: sort, label }));
  return (
    <search>
      <form class="live-filters" method="get" action={listPath} data-live-filters>
        <OptionalField
          name="search"
          label="Find"
          type="search"
          value={query.search}
          placeholder="person, address, project, pid …"
        />
        <SelectField name="phase" label="State" choices={PHASES} picked={query.phase} />
        <SelectField name="node" label="Node" choices={nodes} picked={query.node} />
        <SelectField name="sort" label="Sort by" choices={sorts} picked={query.sort} />
        <SelectField name="order" label="Order" choices={ORDERS} picked={query.order} />
        <button class="button plain" type="submit" data-live-apply>
          Apply
        </button>
      </form>
    </search>
  );
}
