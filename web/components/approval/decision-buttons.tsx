// Approve and Deny with equal weight, "this was not me" beneath, and the time that is left.

import type { VNode } from 'preact';
import type { ApprovalProps } from './approval-props.ts';

export function DecisionButtons(props: ApprovalProps): VNode {
  const approve = props.step === 'reverse_code' ? 'Get a code' : 'Approve';
  return (
    <div class="decide">
      <div class="decide-pair">
        {props.accounts.length > 0 && (
          <button class="button primary" type="submit" name="decision" value="approve" data-arm>
            {approve}
          </button>
        )}
        <button class="button danger" type="submit" name="decision" value="deny" formnovalidate>
          Deny
        </button>
      </div>
      <div class="decide-foot">
        <span>
          Expires in{' '}
          <span data-countdown={props.remainingMs} class="mono">
            {minutesAndSeconds(props.remainingMs)}
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
