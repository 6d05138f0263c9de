// The columns of the table of live connections: most hold two values, and each value can be sorted
// by.

import type { Sort } from './row-order.ts';

export interface LiveColumn {
  /** Also the CSS class of its cells. */
  readonly name: string;
  readonly sorts: ReadonlyArray<{ readonly sort: Sort; readonly label: string }>;
  /** Whether it can be hidden. */
  readonly isOptional: boolean;
}

export const LIVE_COLUMNS: readonly LiveColumn[] = [
  column('of-who', 'kept', [['person', 'Person']]),
  column('of-state', 'kept', [['state', 'State']]),
  column('of-from', 'optional', [
    ['address', 'Address'],
    ['application', 'App'],
  ]),
  column('of-where', 'optional', [
    ['project', 'Project'],
    ['compute', 'Compute'],
  ]),
  column('of-age', 'optional', [['age', 'Age']]),
  column('of-sent', 'optional', [
    ['sent', 'Sent'],
    ['sending', 'out/s'],
  ]),
  column('of-received', 'optional', [
    ['received', 'Received'],
    ['receiving', 'in/s'],
  ]),
  column('of-node', 'optional', [
    ['node', 'Node'],
    ['pid', 'pid'],
  ]),
];

/** Names of hidden columns by dot, written by the page's script. */
export const COLUMNS_COOKIE = 'postern_columns';

/** Of what the cookie says, the columns that there are. */
export function hiddenColumnsIn(cookie: string | null): string[] {
  const wanted = (cookie ?? '').split('.');
  return LIVE_COLUMNS.filter(({ name, isOptional }) => isOptional && wanted.includes(name)).map(({ name }) => name);
}

function column(
  name: string,
  need: 'kept' | 'optional',
  sorts: ReadonlyArray<readonly [sort: Sort, label: string]>,
): LiveColumn {
  return { name, isOptional: need === 'optional', sorts: sorts.map(([sort, label]) => ({ sort, label })) };
}
