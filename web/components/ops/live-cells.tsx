// Cells of the table of live connections that hold two values.

import type { VNode } from 'preact';
import { ProjectLabelTag, type ProjectLabelView } from '../project-label.tsx';

// Explicit because browsers drop roles for rows that are styled as cards.
export const ROLES = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  columnheader: { role: 'columnheader' },
  rowheader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const;

interface TwoProps {
  readonly class: string;
  readonly main: string;
  /** Of a project. */
  readonly label?: ProjectLabelView;
  readonly detail: string | null;
}

export function Two({ class: name, main, label = 'none', detail }: TwoProps): VNode {
  return (
    <td {...ROLES.cell} class={name}>
      <bdi>{main}</bdi> <ProjectLabelTag label={label} />
      <Detail text={detail} />
    </td>
  );
}

/** Of a connection that broken glass let in, which people look at afterwards. */
export function GlassTag(): VNode {
  return <span class="label-tag production">break-glass</span>;
}

export function Detail({ text }: { readonly text: string | null }): VNode | null {
  return text === null ? null : <bdi class="live-detail">{text}</bdi>;
}
