// The "?" in the bar of each page.

import type { VNode } from 'preact';
import type { PageFrame } from './page-frame.ts';

export function HelpLink({ frame }: { readonly frame: PageFrame }): VNode {
  return (
    <a class="help-link" href={frame.helpHref} aria-label="Help" title="Help">
      ?
    </a>
  );
}
