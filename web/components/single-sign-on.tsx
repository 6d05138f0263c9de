// The way to the organization's own sign-in, above the password's where there are both.

import type { VNode } from 'preact';

/** The name on the button and the address behind it. */
export interface SingleSignOn {
  readonly name: string;
  readonly href: string;
}

export function SingleSignOnChoice({ to, hasOther }: { readonly to: SingleSignOn; readonly hasOther: boolean }): VNode {
  return (
    <>
      <a class="button plain wide" href={to.href}>
        Continue with {to.name}
      </a>
      {hasOther && <p class="or">or</p>}
    </>
  );
}
