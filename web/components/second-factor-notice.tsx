// Organizations of the person that ask for a second factor before anything of them can be used, and
// the way to add one.

import type { ComponentChildren, VNode } from 'preact';

interface SecondFactorNoticeProps {
  readonly names: readonly string[];
  /** The way there. */
  readonly children: ComponentChildren;
}

export function SecondFactorNotice({ names, children }: SecondFactorNoticeProps): VNode {
  return (
    <section class="notice caution" aria-labelledby="second-factor-notice">
      <strong id="second-factor-notice">
        <bdi>{names.join(', ')}</bdi> {names.length === 1 ? 'asks' : 'ask'} for a second factor
      </strong>
      <span>Add a passkey or one-time codes, and go on here. It takes a minute.</span>
      <p class="notice-actions">{children}</p>
    </section>
  );
}
