// What may be done to the ticked rows. The island `ops-connections` shows it while any are; it is
// the last on its page, so that it covers nothing at the end.

import type { VNode } from 'preact';
import type { RowAct } from './live-menu.tsx';

interface SelectionBarProps {
  readonly connectionsPath: string;
  readonly acts: readonly RowAct[];
}

export function SelectionBar({ connectionsPath, acts }: SelectionBarProps): VNode {
  return (
    <section class="selection-bar" aria-label="Selection" data-live-bar hidden>
      <strong role="status">
        <span data-live-bar-count /> selected
      </strong>
      <button class="button plain small" type="button" data-live-tell>
        Send NOTICE…
      </button>
      {acts.includes('end') && (
        <a class="button danger small" href={`${connectionsPath}/end`} data-live-end={`${connectionsPath}/end`}>
          End…
        </a>
      )}
      <button class="button plain small" type="button" data-live-clear>
        Clear
      </button>
    </section>
  );
}
