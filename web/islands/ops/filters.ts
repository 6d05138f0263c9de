// Reads and writes the search field.

import { DEFAULT_QUERY, type RowQuery, SORTS, type Sort } from '../../components/ops/row-order.ts';

/** What the page was loaded with. */
export function readQuery(): RowQuery {
  const params = new URLSearchParams(location.search);
  const sort = params.get('sort');
  return {
    search: readSearch(),
    sort: SORTS.find((known): known is Sort => known === sort) ?? DEFAULT_QUERY.sort,
    order: params.get('order') === 'desc' ? 'desc' : 'asc',
  };
}

export function readSearch(): string {
  return field()?.value ?? '';
}

export function showSearch(search: string): void {
  const shown = field();
  if (shown !== null && shown.value !== search) shown.value = search;
}

/** Calls back on every key; the form is no longer submitted. */
export function whenSearchChanges(listener: () => void): void {
  const form = document.querySelector<HTMLFormElement>('[data-live-filters]');
  form?.addEventListener('input', listener);
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    listener();
  });
}

function field(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>('[data-live-filters] [name="search"]');
}
