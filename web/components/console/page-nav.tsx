// Leads through a long page of the console: beside it where there is room, else a strip above it.

import type { ComponentChildren, VNode } from 'preact';

interface PageNavProps {
  /** Sections of this page, by their anchors. */
  readonly parts: ReadonlyArray<{ readonly id: string; readonly label: string }>;
  readonly children: ComponentChildren;
}

export function WithPageNav({ parts, children }: PageNavProps): VNode {
  return (
    <div class="with-page-nav">
      <nav class="page-nav" aria-label="On this page">
        <ul>
          {parts.map(({ id, label }) => (
            <li key={id}>
              <a href={`#${id}`}>{label}</a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="page-parts">{children}</div>
    </div>
  );
}
