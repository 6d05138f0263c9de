// What is typed before an approval may write to production. Shown by style sheet alone, while a
// production project is picked and access is not read-only; the server asks in any case.

import type { VNode } from 'preact';

interface WriteConfirmationProps {
  readonly problem: string | null;
  readonly typed: string;
}

export function WriteConfirmation({ problem, typed }: WriteConfirmationProps): VNode {
  return (
    <div class="confirm-write">
      <label for="confirm_write">
        This is production. Type <strong class="mono">prod</strong> to write there
      </label>
      <input
        class="input"
        id="confirm_write"
        name="confirm_write"
        value={typed}
        maxlength={32}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={problem === null ? undefined : 'confirm_write-problem'}
        data-confirm-write
      />
      {problem !== null && (
        <p class="problem-text" id="confirm_write-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
