// A checkbox that also approves the other waiting connections of the same terminal.

import type { VNode } from 'preact';

export interface AlsoWaitingProps {
  readonly waiting: ReadonlyArray<{ readonly id: string; readonly userCode: string }>;
  readonly isTicked: boolean;
}

/** Null when there are none. */
export function AlsoWaiting({ waiting, isTicked }: AlsoWaitingProps): VNode | null {
  if (waiting.length === 0) return null;
  const count = waiting.length === 1 ? '1 more connection' : `${waiting.length} more connections`;
  return (
    <div>
      {waiting.map(({ id }) => (
        <input type="hidden" name="waiting_id" value={id} />
      ))}
      <label class="check">
        <input type="checkbox" name="release_waiting" value="yes" checked={isTicked} />
        <span>
          Let in {count} of this terminal too
          <span class="choice-detail">
            Waiting with the same address, user and application. Codes:{' '}
            {waiting.map(({ userCode }) => userCode).join(', ')}
          </span>
        </span>
      </label>
    </div>
  );
}
