// A one-line summary of what approving does, Approve and Deny with equal weight, the time left, and
// "this was not me".

import type { VNode } from 'preact';
import type { ApprovalProps } from './approval-props.ts';

export function DecisionButtons({ step, picker, remainingMs }: ApprovalProps): VNode {
  const canApprove = picker.foundCount > 0 || picker.search !== '';
  return (
    <div class="decide">
      <p class="decide-summary" id="decide-summary" data-summary hidden />
      <div class="decide-pair">
        {canApprove && (
          <button
            class="button primary"
            type="submit"
            name="decision"
            value="approve"
            aria-describedby="decide-summary"
            data-arm
          >
            {step === 'reverse_code' ? 'Get a code' : 'Approve'}
          </button>
        )}
        <button class="button danger" type="submit" name="decision" value="deny" formnovalidate>
          Deny
        </button>
      </div>
      <div class="decide-foot">
        <span>
          Expires in{' '}
          <span data-countdown={remainingMs} class="mono">
            {minutesAndSeconds(remainingMs)}
          </span>
        </span>
        <button class="link-button" type="submit" name="decision" value="report" formnovalidate>
          This was not me
        </button>
      </div>
    </div>
  );
}

function minutesAndSeconds(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
