// A member named by email, out of those who may be: for a team, or to break the glass.

import type { ComponentChildren, VNode } from 'preact';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';

interface AddMemberProps {
  readonly frame: PageFrame;
  readonly path: string;
  /** Emails of the members who can be added. */
  readonly others: readonly string[];
  readonly typed: Readonly<Record<string, string>>;
  /** What the button says. */
  readonly children: ComponentChildren;
}

export function AddMemberForm({ frame, path, others, typed, children }: AddMemberProps): VNode {
  return (
    <form class="field-row" method="post" action={path}>
      <CsrfField frame={frame} />
      <div class="field">
        <label for="email">Email of a member</label>
        <input
          class="input"
          id="email"
          name="email"
          type="email"
          list="others"
          value={typed.email ?? ''}
          maxlength={254}
          autocomplete="off"
          required
        />
        <datalist id="others">
          {others.map((email) => (
            <option key={email} value={email} />
          ))}
        </datalist>
      </div>
      <button class="button primary" type="submit">
        {children}
      </button>
    </form>
  );
}
