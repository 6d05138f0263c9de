// Shown instead of an empty list: why it is empty, and what to do.

import type { ComponentChildren, VNode } from 'preact';

interface EmptyStateProps {
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function EmptyState({ title, actions, children }: EmptyStateProps): VNode {
  return (
    <section class="panel empty-state">
      <h2>{title}</h2>
      {children}
      {actions !== undefined && <div class="page-actions">{actions}</div>}
    </section>
  );
}
