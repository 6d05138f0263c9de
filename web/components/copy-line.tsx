// A line of code to copy. The button appears with script; without it the line can be selected.

import type { VNode } from 'preact';

interface CopyLineProps {
  readonly text: string;
  /** Describes the line to screen readers: `psql command`. */
  readonly what: string;
}

export function CopyLine({ text, what }: CopyLineProps): VNode {
  return (
    <div class="copy-line" data-copy-box>
      <code class="copy-text" data-copy-text>
        <Breakable text={text} />
      </code>
      <button class="button plain small" type="button" data-copy data-keeps-room hidden>
        <span data-copy-label>Copy</span>
        <span class="visually-hidden"> {what}</span>
      </button>
    </div>
  );
}

/** A connection string breaks between its parts, and not within a name. */
function Breakable({ text }: Pick<CopyLineProps, 'text'>): VNode {
  const parts = text.split(/(?<=[?&|@]|postgresql:\/\/)/);
  return <>{parts.flatMap((part, index) => (index === 0 ? [part] : [<wbr key={part} />, part]))}</>;
}
