// Plans side by side: what each includes, and the way to another one.

import type { VNode } from 'preact';
import { type Column, DataTable } from './tables/data-table.tsx';

export const TERMS = [
  'Projects',
  'Computes',
  'Databases',
  'Roles',
  'Largest compute',
  'Consumption',
  'May request an organization',
] as const;

export interface PlanRow {
  readonly name: string;
  readonly terms: Readonly<Record<(typeof TERMS)[number], string>>;
  /** The page that compares and confirms; null for the account's own plan. */
  readonly changePath: string | null;
}

/** What a table of all plans has room for. */
const SHOWN = TERMS.slice(0, -1);

export function PlanTable({ plans }: { readonly plans: readonly PlanRow[] }): VNode {
  const columns: ReadonlyArray<Column<PlanRow>> = [
    { header: 'Plan', kind: 'main', cell: ({ name }) => name },
    ...SHOWN.map((term): Column<PlanRow> => ({ header: term, cell: ({ terms }) => terms[term] })),
    ...(plans.length === 1 ? [] : [CHANGE]),
  ];
  return <DataTable caption="Plans" columns={columns} rows={plans} rowKey={({ name }) => name} />;
}

const CHANGE: Column<PlanRow> = {
  header: 'Change',
  kind: 'actions',
  cell: ({ name, changePath }) =>
    changePath === null ? (
      <span class="pill accent">Current</span>
    ) : (
      <a class="button plain small" href={changePath}>
        Change…<span class="visually-hidden"> to {name}</span>
      </a>
    ),
};
