// A titled section of a page with a background of its own.

import type { ComponentChildren, VNode } from 'preact';

interface PanelProps {
  /** The anchor of the section; also the id of its heading. */
  readonly id: string;
  readonly title: string;
  readonly lead?: ComponentChildren;
  /** Next to the title. */
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
