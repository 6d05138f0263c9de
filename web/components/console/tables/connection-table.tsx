// Live connections as rows. The server has cleaned the clients' own claims; <bdi> isolates them.

import type { VNode } from 'preact';
import { ProjectLabelTag, type ProjectLabelView } from '../../project-label.tsx';
import { bytesInWords } from '../../quantities.ts';
import { type Column, DataTable } from './data-table.tsx';
import { When } from './when.tsx';

export interface ConnectionRow {
  readonly id: string;
  readonly person: string | null;
  readonly address: string;
  readonly application: string | null;
  readonly project: string | null;
  readonly label: ProjectLabelView;
  readonly target: string | null;
  readonly phase: 'waiting' | 'connecting' | 'relaying';
  readonly since: Date;
  readonly bytesToUpstream: number;
  readonly bytesToClient: number;
  /** The page that confirms ending it; null where ending is not offered. */
  readonly endPath: string | null;
}

interface ConnectionTableProps {
  readonly caption: string;
  readonly connections: readonly ConnectionRow[];
  readonly show: 'person' | 'project';
  readonly empty: string;
  readonly now: Date;
}

export function ConnectionTable({ caption, connections, show, empty, now }: ConnectionTableProps): VNode {
  const named: Column<ConnectionRow> =
    show === 'person'
      ? { header: 'Person', kind: 'main', cell: (row) => <Named name={row.person ?? 'by password'} row={row} /> }
      : { header: 'Project', kind: 'main', cell: (row) => <Named name={row.project ?? 'not chosen yet'} row={row} /> };
  const columns: ReadonlyArray<Column<ConnectionRow>> = [
    named,
    { header: 'From', cell: ({ address, application }) => <From address={address} application={application} /> },
    { header: 'State', cell: ({ phase }) => <span class={`state ${STATES[phase].look}`}>{STATES[phase].word}</span> },
    { header: 'Since', cell: ({ since }) => <When at={since} now={now} /> },
    { header: 'Received', kind: 'number', cell: ({ bytesToClient }) => bytesInWords(bytesToClient) },
    { header: 'End', kind: 'actions', cell: (row) => <EndControl row={row} /> },
  ];
  return <DataTable caption={caption} columns={columns} rows={connections} rowKey={({ id }) => id} empty={empty} />;
}

function Named({ name, row }: { readonly name: string; readonly row: ConnectionRow }): VNode {
  return (
    <>
      <bdi>{name}</bdi> <ProjectLabelTag label={row.label} />
      {row.target !== null && (
        <span class="row-detail">
          <bdi>{row.target}</bdi>
        </span>
      )}
    </>
  );
}

function From({ address, application }: Pick<ConnectionRow, 'address' | 'application'>): VNode {
  return (
    <span>
      <span class="mono">{address}</span>
      {application !== null && (
        <span class="row-detail">
          <bdi>{application}</bdi>
        </span>
      )}
    </span>
  );
}

function EndControl({ row }: { readonly row: ConnectionRow }): VNode | null {
  const of = `the connection from ${row.address}`;
  if (row.endPath === null) return null;
  return (
    <a class="button plain small" href={row.endPath}>
      End<span class="visually-hidden"> {of}</span>
    </a>
  );
}

const STATES = {
  waiting: { word: 'Waiting', look: 'idle' },
  connecting: { word: 'Connecting', look: 'idle' },
  relaying: { word: 'Connected', look: 'active' },
} as const;
