// The columns of the table of live connections: most hold two values, and each value can be sorted
// by.

import type { Sort } from './row-order.ts';

export interface LiveColumn {
  /** Also the CSS class of its cells. */
  readonly name: string;
  readonly sorts: ReadonlyArray<{ readonly sort: Sort; readonly label: string }>;
}

export const LIVE_COLUMNS: readonly LiveColumn[] = [
  { name: 'of-who', sorts: [{ sort: 'person', label: 'Person' }] },
  { name: 'of-state', sorts: [{ sort: 'state', label: 'State' }] },
  {
    name: 'of-from',
    sorts: [
      { sort: 'address', label: 'Address' },
      { sort: 'application', label: 'Application' },
    ],
  },
  {
    name: 'of-where',
    sorts: [
      { sort: 'project', label: 'Project' },
      { sort: 'compute', label: 'Compute' },
    ],
  },
  { name: 'of-age', sorts: [{ sort: 'age', label: 'Age' }] },
  {
    name: 'of-sent',
    sorts: [
      { sort: 'sent', label: 'Sent' },
      { sort: 'sending', label: 'Rate out' },
    ],
  },
  {
    name: 'of-received',
    sorts: [
      { sort: 'received', label: 'Received' },
      { sort: 'receiving', label: 'Rate in' },
    ],
  },
  {
    name: 'of-node',
    sorts: [
      { sort: 'node', label: 'Node' },
      { sort: 'pid', label: 'Upstream pid' },
    ],
  },
];
