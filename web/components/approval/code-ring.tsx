// The time left to decide: a ring around the code that empties, and the same in figures. Without
// script both stay as they were when the page was made.

import type { VNode } from 'preact';

interface CodeRingProps {
  readonly remainingMs: number;
  /** The whole time to decide. */
  readonly lifeMs: number;
}

export function CodeRing({ remainingMs, lifeMs }: CodeRingProps): VNode {
  const spent = Math.min(100, Math.max(0, 100 - (100 * remainingMs) / lifeMs));
  return (
    <svg class="code-ring" aria-hidden="true">
      <rect class="code-ring-track" />
      <rect
        pathLength={100}
        stroke-dasharray="100"
        stroke-dashoffset={spent.toFixed(1)}
        data-ring-remaining={remainingMs}
      />
    </svg>
  );
}

export function TimeLeft({ remainingMs }: Pick<CodeRingProps, 'remainingMs'>): VNode {
  return (
    <span>
      Expires in{' '}
      <span data-countdown={remainingMs} class="mono">
        {minutesAndSeconds(remainingMs)}
      </span>
    </span>
  );
}

function minutesAndSeconds(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
