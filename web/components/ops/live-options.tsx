// What shows how much of the list of live connections: on a phone its order, elsewhere its columns.

import type { VNode } from 'preact';
import { LIVE_COLUMNS } from './live-columns.ts';
import { queryString, type RowQuery, sortedBy } from './row-order.ts';

/** In place of the headers, which a phone has no room for. */
export function SortMenu({ query, listPath }: { readonly query: RowQuery; readonly listPath: string }): VNode {
  const sorts = LIVE_COLUMNS.flatMap(({ sorts }) => sorts);
  const current = sorts.find(({ sort }) => sort === query.sort);
  return (
    <details class="menu-box live-sorts" data-menu>
      <summary class="button plain small">
        Sorted by {current?.label} {query.order === 'asc' ? '↑' : '↓'}
      </summary>
      <div class="menu">
        <ul>
          {sorts.map(({ sort, label }) => (
            <li key={sort}>
              <a
                class="menu-item"
                href={listPath + queryString(sortedBy(query, sort))}
                aria-current={sort === query.sort ? 'true' : undefined}
              >
                {label}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

/** By the script alone, which keeps the choice in a cookie that the server reads. */
export function ColumnsMenu({ hiddenColumns }: { readonly hiddenColumns: readonly string[] }): VNode {
  return (
    <details class="menu-box live-columns" data-menu>
      <summary class="button plain small">Columns</summary>
      <div class="menu">
        {LIVE_COLUMNS.filter(({ isOptional }) => isOptional).map(({ name, sorts }) => (
          <label key={name} class="check menu-check">
            <input type="checkbox" value={name} checked={!hiddenColumns.includes(name)} data-live-column />
            <span>{sorts[0]?.label}</span>
          </label>
        ))}
      </div>
    </details>
  );
}
