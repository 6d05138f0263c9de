// Approve and Deny, of the same size, and "this was not me", which asks before it reports. The
// script says on Approve what is still missing.

import type { VNode } from 'preact';
import type { ApprovalProps } from './approval-props.ts';

export function DecisionButtons({ path, step, picker, canHaveMoreTime }: ApprovalProps): VNode {
  const canApprove = picker.foundCount > 0 || picker.search !== '';
  return (
    <div class="decide">
      <div class="decide-pair">
        {canApprove && (
          <button
            class="button primary"
            type="submit"
            name="decision"
            value="approve"
            aria-keyshortcuts="Enter"
            data-approve
          >
            <span data-approve-label>{step === 'reverse_code' ? 'Get a code' : 'Approve'}</span>
            <span class="key" aria-hidden="true">
              ↵
            </span>
          </button>
        )}
        <button
          class="button refuse"
          type="submit"
          name="decision"
          value="deny"
          aria-keyshortcuts="Escape"
          data-deny
          formnovalidate
        >
          Deny
          <span class="key" aria-hidden="true">
            esc
          </span>
        </button>
      </div>
      <p class="decide-note" role="status" data-decide-note />
      <div class="decide-foot">
        <a class="link-button alarm" href={`${path}/report`}>
          This was not me
        </a>
        {canHaveMoreTime && (
          <button class="link-button" type="submit" name="decision" value="more_time" formnovalidate data-more-time>
            Need more time? <span class="plus">+2 min</span>
          </button>
        )}
      </div>
    </div>
  );
}
