// Plots beside a table of figures over time, drawn from the table by the island `console-plots`;
// without script the table contains all of it.

import type { ComponentChildren, VNode } from 'preact';

export interface Plot {
  readonly title: string;
  /** Column index in the table, not counting the time. */
  readonly column: number;
  readonly unit: 'seconds' | 'bytes' | 'count';
  readonly shape: 'bars' | 'line';
}

/** What the time axis shows: the starts of the first and of the last step. */
export interface PlotStretch {
  readonly from: Date;
  readonly to: Date;
  readonly step: 'hour' | 'day' | 'month';
}

interface PlotsProps {
  readonly plots: readonly Plot[];
  readonly stretch: PlotStretch;
}

/** Must be in an element with `data-plots`, before the table. */
export function Plots({ plots, stretch: { from, to, step } }: PlotsProps): VNode {
  return (
    <div class="plots" data-plot-grid data-from={from.toISOString()} data-to={to.toISOString()} data-step={step}>
      {plots.map(({ title, column, unit, shape }) => (
        <figure key={title} class="plot">
          <figcaption>{title}</figcaption>
          <div data-plot={column} data-title={title} data-unit={unit} data-shape={shape} />
        </figure>
      ))}
    </div>
  );
}

interface FiguresBoxProps {
  /** Of the box, to screen readers. */
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Keeps a long table in a box that scrolls; on a phone it stays a table, its times in sight. */
export function FiguresBox({ label, children }: FiguresBoxProps): VNode {
  return (
    <section class="figures-box" aria-label={label} tabindex={0}>
      {children}
    </section>
  );
}

interface StepsProps {
  readonly path: string;
  readonly steps: ReadonlyArray<{ readonly by: string; readonly label: string }>;
  readonly current: string;
}

/** Links to the same page with another granularity: `?by=`. */
export function StepLinks({ path, steps, current }: StepsProps): VNode {
  return (
    <nav class="sub-tabs" aria-label="Step of time">
      <ul>
        {steps.map(({ by, label }) => (
          <li key={by}>
            <a href={`${path}?by=${by}`} aria-current={by === current ? 'page' : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
