// The field for a user code: eight big letters, with what is wrong right below.

import type { VNode } from 'preact';

interface CodeInputProps {
  readonly problem: string | null;
  readonly value?: string;
}

/** Described by `user_code-help`, which its page has. */
export function CodeInput({ problem, value }: CodeInputProps): VNode {
  return (
    <>
      <label for="user_code">Enter the code from your terminal</label>
      <input
        class="code-input"
        id="user_code"
        name="user_code"
        type="text"
        value={value}
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
