// The search of the list of live connections: one field, which is the page's query, and chips that
// put words into it or take them out.

import type { VNode } from 'preact';
import { SearchSign } from '../console-icons.tsx';
import { DEFAULT_QUERY, queryString, type RowQuery } from './row-order.ts';
import { has, type Term, termsOf, toggled } from './row-search.ts';

interface LiveFiltersProps {
  readonly query: RowQuery;
  /** Offered as chips where there are several. */
  readonly nodeIds: readonly string[];
  readonly listPath: string;
}

export function LiveFilters({ query, nodeIds, listPath }: LiveFiltersProps): VNode {
  return (
    <search class="live-filters">
      <form class="search-form" method="get" action={listPath} data-live-filters>
        <div class="live-search">
          <label class="visually-hidden" for="search">
            Find connections
          </label>
          <SearchSign />
          <input
            class="input"
            id="search"
            name="search"
            type="search"
            value={query.search}
            placeholder="Person, address, project … or user:ada node:n1"
            maxlength={200}
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        {query.sort !== DEFAULT_QUERY.sort && <input type="hidden" name="sort" value={query.sort} />}
        {query.order !== DEFAULT_QUERY.order && <input type="hidden" name="order" value={query.order} />}
        <button class="button plain" type="submit" data-live-apply>
          Find
        </button>
      </form>
      <div data-live-chips data-nodes={nodeIds.join(' ')}>
        <LiveChips query={query} nodeIds={nodeIds} listPath={listPath} />
      </div>
    </search>
  );
}

const STATES: ReadonlyArray<readonly [value: string, label: string]> = [
  ['waiting', 'Waiting'],
  ['running', 'Running'],
  ['transaction', 'In transaction'],
  ['idle', 'Idle'],
];
/** More are typed. */
const MAX_NODES = 8;

interface LiveChipsProps extends LiveFiltersProps {
  /** In the browser only. */
  readonly onSearch?: (search: string) => void;
}

export function LiveChips({ query, nodeIds, listPath, onSearch }: LiveChipsProps): VNode {
  const nodes = nodeIds.length < 2 || nodeIds.length > MAX_NODES ? [] : nodeIds;
  const offered: ReadonlyArray<Term & { readonly label: string }> = [
    ...STATES.map(([value, label]) => ({ key: 'state' as const, value, label })),
    ...nodes.map((id) => ({ key: 'node' as const, value: id.toLowerCase(), label: id })),
  ];
  const terms = termsOf(query.search);
  const typed = terms
    .filter((term) => term.key !== null && !has(offered, term))
    .map((term) => ({ ...term, label: `${term.key}: ${term.value}` }));
  return (
    <ul class="chips" aria-label="Narrow the list">
      {[...typed, ...offered].map((chip) => {
        const search = toggled(query.search, chip);
        const isOn = has(terms, chip);
        return (
          <li key={chip.label}>
            <a
              class="chip"
              href={listPath + queryString({ ...query, search })}
              aria-current={isOn ? 'true' : undefined}
              onClick={
                onSearch &&
                ((event: Event) => {
                  event.preventDefault();
                  onSearch(search);
                })
              }
            >
              <bdi>{chip.label}</bdi>
              {isOn && <span aria-hidden="true"> ×</span>}
            </a>
          </li>
        );
      })}
    </ul>
  );
}
