// Reads and writes the filter form.

import type { LiveRow } from '../../components/ops/live-row.ts';
import { DEFAULT_QUERY, type RowQuery, SORTS, type Sort } from '../../components/ops/row-order.ts';

type Field = HTMLInputElement | HTMLSelectElement;

const PHASES: ReadonlyArray<LiveRow['phase']> = ['waiting', 'connecting', 'relaying'];

export function readFilters(): RowQuery {
  const sort = textOf('sort');
  const phase = textOf('phase');
  return {
    search: textOf('search'),
    phase: PHASES.find((known) => known === phase) ?? '',
    node: textOf('node'),
    sort: SORTS.find((known): known is Sort => known === sort) ?? DEFAULT_QUERY.sort,
    order: textOf('order') === 'desc' ? 'desc' : 'asc',
  };
}

export function showFilters(query: RowQuery): void {
  for (const [name, value] of Object.entries(query)) {
    const field = fieldOf(name);
    if (field !== null && field.value !== value) field.value = value;
  }
}

/** Calls back on every key and choice; the form is no longer submitted. */
export function whenFiltersChange(listener: () => void): void {
  const form = document.querySelector<HTMLFormElement>('[data-live-filters]');
  form?.addEventListener('input', listener);
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    listener();
  });
}

function textOf(name: string): string {
  return fieldOf(name)?.value ?? '';
}

function fieldOf(name: string): Field | null {
  return document.querySelector<Field>(`[data-live-filters] [name="${name}"]`);
}
