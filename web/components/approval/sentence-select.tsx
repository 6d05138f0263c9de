// One choice within the sentence of an approval: a native select that reads as a word of it.

import type { VNode } from 'preact';

interface SentenceSelectProps {
  readonly name: string;
  /** For those who do not see the sentence around it. */
  readonly label: string;
  readonly choices: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly picked: string;
  readonly describedBy?: string | undefined;
}

export function SentenceSelect({ name, label, choices, picked, describedBy }: SentenceSelectProps): VNode {
  return (
    <select class="word-select" name={name} aria-label={label} aria-describedby={describedBy}>
      {choices.map(({ value, label: text }) => (
        <option key={value} value={value} selected={value === picked}>
          {text}
        </option>
      ))}
    </select>
  );
}
