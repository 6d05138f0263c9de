// The label of a project in its colour; the word is there as well, for those who see no colour.

import type { VNode } from 'preact';

export type ProjectLabelView = 'none' | 'staging' | 'production';

/** Nothing for a project without a label. */
export function ProjectLabelTag({ label }: { readonly label: ProjectLabelView }): VNode | null {
  return label === 'none' ? null : <span class={`label-tag ${label}`}>{label}</span>;
}
