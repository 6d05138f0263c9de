// A few choices side by side: radio buttons styled as a segmented control.

import type { VNode } from 'preact';

interface SegmentsProps {
  readonly name: string;
  readonly legend: string;
  readonly choices: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly picked: string;
  readonly help?: string | undefined;
}

export function Segments({ name, legend, choices, picked, help }: SegmentsProps): VNode {
  return (
    <fieldset class="segments" aria-describedby={help === undefined ? undefined : `${name}-help`}>
      <legend>{legend}</legend>
      <div class="segments-row">
        {choices.map(({ value, label }) => (
          <label key={value} class="segment">
            <input type="radio" name={name} value={value} checked={value === picked} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {help !== undefined && (
        <p class="help" id={`${name}-help`}>
          {help}
        </p>
      )}
    </fieldset>
  );
}
