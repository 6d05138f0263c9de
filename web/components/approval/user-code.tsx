// The user code beside the facts of the terminal: shown for comparing, or only announced where it
// must be typed.

import type { VNode } from 'preact';
import type { ApprovalProps } from './approval-props.ts';

/** Where the person must copy the code from the terminal, the page does not show it. */
export function UserCode({ userCode, step }: ApprovalProps): VNode {
  if (step === 'user_code') {
    return (
      <div class="user-code">
        <p>Your terminal shows a code. Type it into this page, so that you decide about the right one.</p>
      </div>
    );
  }
  return (
    <div class="user-code">
      <p>Is this the code in your terminal?</p>
      <output>{userCode}</output>
    </div>
  );
}

export function UserCodeField(): VNode {
  return (
    <div class="field">
      <label for="user_code">Code shown in your terminal</label>
      <input
        class="input code"
        id="user_code"
        name="user_code"
        type="text"
        maxlength={16}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        aria-describedby="user_code-help"
        required
      />
      <p class="help" id="user_code-help">
        Eight letters, on the line below the link.
      </p>
    </div>
  );
}
