// Programs that a person let in as rows: what they may do, since when, and when they last did.

import type { VNode } from 'preact';
import { type Column, DataTable } from './data-table.tsx';
import { revokeColumn } from './revoke-column.tsx';
import { When } from './when.tsx';

export interface ProgramRow {
  readonly id: string;
  readonly program: string;
  /** Besides knowing name and email. */
  readonly rights: readonly string[];
  /** The address of the browser. */
  readonly givenFrom: string;
  readonly givenAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
  readonly expiresAt: Date;
}

interface ProgramTableProps {
  /** Each is revoked by the page at `<path>/<id>/revoke`. */
  readonly path: string;
  readonly programs: readonly ProgramRow[];
  readonly now: Date;
}

export function ProgramTable({ path, programs, now }: ProgramTableProps): VNode {
  const columns: ReadonlyArray<Column<ProgramRow>> = [
    { header: 'Program', kind: 'main', cell: (row) => <Program {...row} /> },
    {
      header: 'Let in',
      cell: ({ givenAt, givenFrom }) => (
        <span>
          <When at={givenAt} now={now} />
          <span class="row-detail mono">{givenFrom}</span>
        </span>
      ),
    },
    {
      header: 'Last used',
      cell: ({ lastUsedAt, lastUsedFrom }) => (
        <span>
          {lastUsedAt === null ? 'not yet' : <When at={lastUsedAt} now={now} />}
          {lastUsedFrom !== null && <span class="row-detail mono">{lastUsedFrom}</span>}
        </span>
      ),
    },
    { header: 'Until', cell: ({ expiresAt }) => <When at={expiresAt} now={now} /> },
    revokeColumn(path, ({ program }) => program),
  ];
  return (
    <DataTable
      caption="Programs with access"
      columns={columns}
      rows={programs}
      rowKey={({ id }) => id}
      empty="No programs. One that you sign in, such as with neonctl auth, shows here."
    />
  );
}

function Program({ program, rights }: ProgramRow): VNode {
  return (
    <>
      <bdi>{program}</bdi>
      <span class="row-detail">
        {rights.length === 0 ? (
          'Knows your name and email'
        ) : (
          <details>
            <summary>
              {rights.length} {rights.length === 1 ? 'right' : 'rights'}
            </summary>
            <ul>
              {rights.map((right) => (
                <li key={right}>{right}</li>
              ))}
            </ul>
          </details>
        )}
      </span>
    </>
  );
}
