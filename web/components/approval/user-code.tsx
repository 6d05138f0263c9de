// The code box at the top: the user code to compare, or the field to type it into where seeing the
// terminal must be proved.

import type { VNode } from 'preact';
import type { ApprovalProps } from './approval-props.ts';
import { CodeInput } from './code-input.tsx';
import { CodeRing, TimeLeft } from './code-ring.tsx';

/** Where the person must copy the code from the terminal, the page does not show it. */
export function UserCode({ userCode, step, problem, hasTypedCode, remainingMs, lifeMs }: ApprovalProps): VNode {
  return (
    <div class="user-code">
      <CodeRing remainingMs={remainingMs} lifeMs={lifeMs} />
      {step === 'user_code' ? (
        <CodeInput problem={problem?.at === 'code' ? problem.text : null} />
      ) : (
        <>
          <p>{hasTypedCode ? 'The code you entered' : 'Check that your terminal shows this code'}</p>
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
