// What the same click lets in besides: waiting connections of the same terminal that this person
// has opened, by a tick, and others by their codes, since anybody at the address can look like it.

import type { VNode } from 'preact';

export interface AlsoWaitingProps {
  readonly opened: ReadonlyArray<{ readonly id: string; readonly userCode: string }>;
  readonly unopenedCount: number;
  readonly isTicked: boolean;
  readonly typedCodes: string;
}

/** Nothing where no other connection waits. */
export function AlsoWaiting({ opened, unopenedCount, isTicked, typedCodes }: AlsoWaitingProps): VNode {
  return (
    <>
      {opened.length > 0 && (
        <div>
          {opened.map(({ id }) => (
            <input type="hidden" name="waiting_id" value={id} />
          ))}
          <label class="check">
            <input type="checkbox" name="release_waiting" value="yes" checked={isTicked} />
            <span>
              Also approve {inWords(opened.length)} from this terminal, which you opened
              <span class="choice-detail">
                Waiting with the same address, user and application. Codes:{' '}
                {opened.map(({ userCode }) => userCode).join(', ')}
              </span>
            </span>
          </label>
        </div>
      )}
      {unopenedCount > 0 && (
        <div class="field">
          <label for="waiting_codes">Codes of other connections to let in</label>
          <input
            class="input"
            id="waiting_codes"
            name="waiting_codes"
            value={typedCodes}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            aria-describedby="waiting_codes-help"
          />
          <p class="help" id="waiting_codes-help">
            {inWords(unopenedCount)} with the same address, user and application. If your terminal shows their codes,
            type them here.
          </p>
        </div>
      )}
    </>
  );
}

function inWords(count: number): string {
  return count === 1 ? '1 more connection' : `${count} more connections`;
}
