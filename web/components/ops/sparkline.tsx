// A small line of counts over time, with its peak in words for those who do not see it.

import type { VNode } from 'preact';

const WIDTH = 96;
const HEIGHT = 24;

interface SparklineProps {
  /** Oldest first. */
  readonly counts: readonly number[];
  /** How many there may be; a shorter line ends at the same edge. */
  readonly room: number;
  readonly label: string;
}

export function Sparkline({ counts, room, label }: SparklineProps): VNode | null {
  if (counts.length === 0) return null;
  const peak = Math.max(...counts);
  const step = WIDTH / Math.max(1, room - 1);
  const first = WIDTH - step * (counts.length - 1);
  const points = counts.map((count, index) => {
    const y = HEIGHT - 1.5 - (peak === 0 ? 0 : (count / peak) * (HEIGHT - 4));
    return `${(first + index * step).toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {points.length === 1 ? (
        <circle cx={WIDTH - 2} cy={points[0]?.split(',')[1]} r="1.5" />
      ) : (
        <polyline points={points.join(' ')} />
      )}
    </svg>
  );
}
