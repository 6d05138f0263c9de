// Projects as rows: name and id, the state of their computes, version, age.

import type { VNode } from 'preact';
import { ProjectLabelTag, type ProjectLabelView } from '../../project-label.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { When } from './when.tsx';

export interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly label: ProjectLabelView;
  readonly href: string;
  readonly pgVersion: number;
  readonly kind: 'hosted' | 'attached';
  readonly computeStates: ReadonlyArray<'init' | 'active' | 'idle'>;
  readonly createdAt: Date;
  /** The account that owns it, for its guests. */
  readonly from?: string;
}

interface ProjectTableProps {
  readonly caption: string;
  readonly projects: readonly ProjectRow[];
  readonly empty: string;
  readonly now: Date;
}

export function ProjectTable({ caption, projects, empty, now }: ProjectTableProps): VNode {
  const columns: ReadonlyArray<Column<ProjectRow>> = [
    {
      header: 'Name',
      kind: 'main',
      cell: (project) => (
        <a class="row-link" href={project.href}>
          <bdi>{project.name}</bdi> <ProjectLabelTag label={project.label} />
          {project.from === undefined ? (
            <span class="row-detail mono">{project.id}</span>
          ) : (
            <span class="row-detail">
              from <bdi>{project.from}</bdi>
            </span>
          )}
        </a>
      ),
    },
    { header: 'Compute', cell: (project) => <ComputeStates states={project.computeStates} /> },
    {
      header: 'Postgres',
      cell: ({ pgVersion, kind }) => (kind === 'attached' ? `${pgVersion}, attached` : String(pgVersion)),
    },
    { header: 'Created', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
  ];
  return <DataTable caption={caption} columns={columns} rows={projects} rowKey={({ id }) => id} empty={empty} />;
}

function ComputeStates({ states }: { readonly states: ProjectRow['computeStates'] }): VNode {
  const active = states.filter((state) => state === 'active').length;
  if (states.length <= 1) return <StateBadge state={states[0] ?? null} />;
  return (
    <span class={`state ${active > 0 ? 'active' : 'idle'}`}>
      {active} of {states.length} active
    </span>
  );
}

const STATES = { active: 'Active', idle: 'Idle', init: 'Starting' } as const;

/** The dot and the label of a compute's state. */
export function StateBadge({ state }: { readonly state: keyof typeof STATES | null }): VNode {
  if (state === null) return <span class="quiet-text">None</span>;
  return <span class={`state ${state}`}>{STATES[state]}</span>;
}
