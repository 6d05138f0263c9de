// When and from where a secret was last used.

import type { VNode } from 'preact';
import { When } from './when.tsx';

interface LastUseProps {
  readonly at: Date | null;
  readonly from: string | null;
  readonly now: Date;
}

export function LastUse({ at, from, now }: LastUseProps): VNode {
  return (
    <span>
      <When at={at} now={now} never="never used" />
      {from !== null && from !== '' && <span class="row-detail mono">{from}</span>}
    </span>
  );
}
