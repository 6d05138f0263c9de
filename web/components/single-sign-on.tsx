// The link to the identity provider's sign-in, above the password form where there are both.

import type { VNode } from 'preact';

/** The label of the button and its URL. */
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
