// A titled part of a page on its own ground.

import type { ComponentChildren, VNode } from 'preact';

interface PanelProps {
  /** Names the part for links; the heading's id. */
  readonly id: string;
  readonly title: string;
  readonly lead?: ComponentChildren;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
  readonly tone?: 'danger';
  readonly children?: ComponentChildren;
}

export function Panel({ id, title, lead, actions, tone, children }: PanelProps): VNode {
  return (
    <section class={`panel ${tone ?? ''}`.trim()} aria-labelledby={id}>
      <div class="panel-head">
        <div class="stack-tight">
          <h2 id={id}>{title}</h2>
          {lead !== undefined && <p class="lead">{lead}</p>}
        </div>
        {actions !== undefined && <div class="page-actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
