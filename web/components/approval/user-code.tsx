// The code box at the top: the user code to compare, or the field to type it into where seeing the
// terminal must be proved.

import type { VNode } from 'preact';
import type { ApprovalProps } from './approval-props.ts';
import { CodeRing, TimeLeft } from './code-ring.tsx';

/** Where the person must copy the code from the terminal, the page does not show it. */
export function UserCode({ userCode, step, problem, remainingMs, lifeMs }: ApprovalProps): VNode {
  return (
    <div class="user-code">
      <CodeRing remainingMs={remainingMs} lifeMs={lifeMs} />
      {step === 'user_code' ? (
        <UserCodeField problem={problem?.at === 'code' ? problem.text : null} />
      ) : (
        <>
          <p>Check that your terminal shows this code</p>
          <output>{userCode}</output>
        </>
      )}
      <p class="user-code-foot">
        {step === 'user_code' && <span id="user_code-help">Eight letters, below the link</span>}
        <TimeLeft remainingMs={remainingMs} />
      </p>
    </div>
  );
}

function UserCodeField({ problem }: { readonly problem: string | null }): VNode {
  return (
    <>
      <label for="user_code">Enter the code from your terminal</label>
      <input
        class="code-input"
        id="user_code"
        name="user_code"
        type="text"
        maxlength={16}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        autofocus
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={problem === null ? 'user_code-help' : 'user_code-problem user_code-help'}
        data-code
        required
      />
      {problem !== null && (
        <p class="problem-text" id="user_code-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
