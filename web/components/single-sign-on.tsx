// The links to the identity providers' sign-in, above the password form where there are both.

import type { VNode } from 'preact';

/** The label of the button and its URL. */
export interface SingleSignOn {
  readonly name: string;
  readonly href: string;
}

interface SingleSignOnProps {
  readonly to: readonly SingleSignOn[];
  readonly hasOther: boolean;
}

export function SingleSignOnChoice({ to, hasOther }: SingleSignOnProps): VNode | null {
  if (to.length === 0) return null;
  return (
    <>
      <div class="stack-tight">
        {to.map(({ name, href }) => (
          <a class="button plain wide" href={href} key={href}>
            Continue with {name}
          </a>
        ))}
      </div>
      {hasOther && <p class="or">or</p>}
    </>
  );
}
