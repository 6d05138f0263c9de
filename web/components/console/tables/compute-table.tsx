// A project's computes, each with its state and its actions.

import type { VNode } from 'preact';
import type { PageFrame } from '../../../layout/page-frame.ts';
import { PostButton } from '../forms/post-button.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { Kebab, type MenuItem } from './kebab.tsx';
import { StateBadge } from './project-table.tsx';
import { When } from './when.tsx';

export interface ComputeRow {
  readonly id: string;
  readonly name: string;
  readonly type: 'read_write' | 'read_only';
  readonly state: 'init' | 'active' | 'idle';
  readonly isDisabled: boolean;
  readonly linkLogin: 'on' | 'off';
  readonly lastActiveAt: Date | null;
  readonly startPath: string | null;
  /** The page that asks. */
  readonly suspendPath: string | null;
  readonly menu: readonly MenuItem[];
}

interface ComputeTableProps {
  readonly frame: PageFrame;
  readonly computes: readonly ComputeRow[];
  readonly now: Date;
}

export function ComputeTable({ frame, computes, now }: ComputeTableProps): VNode {
  const columns: ReadonlyArray<Column<ComputeRow>> = [
    { header: 'Compute', kind: 'main', cell: (row) => <ComputeName row={row} /> },
    { header: 'Kind', cell: ({ type }) => KINDS[type] },
    { header: 'State', cell: ({ state, isDisabled }) => (isDisabled ? 'Disabled' : <StateBadge state={state} />) },
    { header: 'Login by link', cell: ({ linkLogin }) => (linkLogin === 'on' ? 'On' : 'Off') },
    { header: 'Last active', cell: ({ lastActiveAt }) => <When at={lastActiveAt} now={now} never="Not seen yet" /> },
    { header: 'Start or suspend', kind: 'actions', cell: (row) => <PowerButton frame={frame} row={row} /> },
    {
      header: 'More actions',
      kind: 'actions',
      cell: (row) => <Kebab frame={frame} of={row.name} items={row.menu} />,
    },
  ];
  return (
    <DataTable
      caption="Computes"
      columns={columns}
      rows={computes}
      rowKey={({ id }) => id}
      empty="This project has no compute, so nobody can connect. Add one."
    />
  );
}

function ComputeName({ row }: { readonly row: ComputeRow }): VNode {
  return (
    <>
      <bdi>{row.name}</bdi>
      {row.name !== row.id && <span class="row-detail mono">{row.id}</span>}
    </>
  );
}

function PowerButton({ frame, row }: { readonly frame: PageFrame; readonly row: ComputeRow }): VNode | null {
  if (row.startPath !== null) {
    return <PostButton frame={frame} action={row.startPath} label="Start" look="small" of={row.name} />;
  }
  if (row.suspendPath !== null) {
    return (
      <a class="button plain small" href={row.suspendPath}>
        Suspend<span class="visually-hidden"> {row.name}</span>
      </a>
    );
  }
  return null;
}

const KINDS = { read_write: 'Read-write', read_only: 'Read-only' } as const;
