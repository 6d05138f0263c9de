// Remembered approvals as rows: their targets, addresses, ends, and uses.

import type { VNode } from 'preact';
import { ProjectLabelTag, type ProjectLabelView } from '../../project-label.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { revokeColumn } from './revoke-column.tsx';
import { When } from './when.tsx';

export interface GrantRow {
  readonly id: string;
  readonly project: string;
  readonly label: ProjectLabelView;
  readonly target: string | null;
  readonly access: 'read_write' | 'read_only';
  readonly address: string;
  readonly application: string | null;
  readonly until: Date;
  readonly usedCount: number;
  /** Null: any number. */
  readonly usesLeft: number | null;
  readonly lastUsedAt: Date | null;
}

interface GrantTableProps {
  /** Each is revoked by the page at `<path>/<id>/revoke`. */
  readonly path: string;
  readonly grants: readonly GrantRow[];
  readonly now: Date;
}

export function GrantTable({ path, grants, now }: GrantTableProps): VNode {
  const columns: ReadonlyArray<Column<GrantRow>> = [
    { header: 'Project', kind: 'main', cell: (grant) => <GrantTarget grant={grant} /> },
    { header: 'From', cell: ({ address, application }) => <Place address={address} detail={application} /> },
    { header: 'Until', cell: ({ until }) => <When at={until} now={now} /> },
    { header: 'Used', cell: (grant) => <Uses grant={grant} now={now} /> },
    revokeColumn(path, ({ project }) => project),
  ];
  return (
    <DataTable
      caption="Remembered approvals"
      columns={columns}
      rows={grants}
      rowKey={({ id }) => id}
      empty="No remembered approvals. You’ll be asked every time."
    />
  );
}

function GrantTarget({ grant }: { readonly grant: GrantRow }): VNode {
  const access = grant.access === 'read_only' ? 'read-only' : 'read-write';
  return (
    <>
      <bdi>{grant.project}</bdi> <ProjectLabelTag label={grant.label} />
      <span class="row-detail">{grant.target === null ? access : `${grant.target}, ${access}`}</span>
    </>
  );
}

function Uses({ grant, now }: { readonly grant: GrantRow; readonly now: Date }): VNode {
  const times = grant.usedCount === 1 ? 'once' : `${grant.usedCount} times`;
  return (
    <span>
      {grant.usedCount === 0 ? 'not yet' : times}
      <span class="row-detail">
        {grant.usedCount > 0 && (
          <>
            last <When at={grant.lastUsedAt} now={now} />
          </>
        )}
        {grant.usesLeft === 0 && ', used up'}
      </span>
    </span>
  );
}

function Place({ address, detail }: { readonly address: string; readonly detail: string | null }): VNode {
  return (
    <span>
      <span class="mono">{address}</span>
      {detail !== null && (
        <span class="row-detail">
          <bdi>{detail}</bdi>
        </span>
      )}
    </span>
  );
}
