// The shell of the menu at the end of a row: a disclosure, usable by keyboard and without script.

import type { ComponentChildren, VNode } from 'preact';
import { DotsSign } from '../../console-icons.tsx';

interface RowMenuProps {
  /** What the actions apply to, for screen readers. */
  readonly of: string;
  /** List items. */
  readonly children: ComponentChildren;
}

export function RowMenu({ of, children }: RowMenuProps): VNode {
  return (
    <details class="menu-box kebab" data-menu>
      <summary class="kebab-button" title="Actions">
        <DotsSign />
        <span class="visually-hidden">Actions for {of}</span>
      </summary>
      <div class="menu">
        <ul>{children}</ul>
      </div>
    </details>
  );
}
