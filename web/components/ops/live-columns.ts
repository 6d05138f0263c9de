// The columns of the table of live connections: most hold two values, and each value can be sorted by.

import type { Sort } from './row-order.ts';

export interface LiveColumn {
  /** Also the class of its cells. */
  readonly name: string;
  readonly sorts: ReadonlyArray<{ readonly sort: Sort; readonly label: string }>;
}

export const LIVE_COLUMNS: readonly LiveColumn[] = [
  { name: 'who', sorts: [{ sort: 'person', label: 'Person' }] },
  {
    name: 'from',
    sorts: [
      { sort: 'address', label: 'Address' },
      { sort: 'application', label: 'Application' },
    ],
  },
  {
    name: 'where',
    sorts: [
      { sort: 'project', label: 'Project' },
      { sort: 'compute', label: 'Compute' },
    ],
  },
  {
    name: 'state',
    sorts: [
      { sort: 'phase', label: 'State' },
      { sort: 'transaction', label: 'Transaction' },
    ],
  },
  { name: 'age', sorts: [{ sort: 'age', label: 'Age' }] },
  {
    name: 'sent',
    sorts: [
      { sort: 'sent', label: 'Sent' },
      { sort: 'sending', label: 'Rate out' },
    ],
  },
  {
    name: 'received',
    sorts: [
      { sort: 'received', label: 'Received' },
      { sort: 'receiving', label: 'Rate in' },
    ],
  },
  {
    name: 'node',
    sorts: [
      { sort: 'node', label: 'Node' },
      { sort: 'pid', label: 'Upstream pid' },
    ],
  },
];
