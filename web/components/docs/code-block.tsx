// A block of code in the documentation; where it is too wide it scrolls, also by keyboard.

import type { VNode } from 'preact';

export function CodeBlock({ text }: { readonly text: string }): VNode {
  return (
    <pre class="command" tabindex={0}>
      <code>{text}</code>
    </pre>
  );
}
