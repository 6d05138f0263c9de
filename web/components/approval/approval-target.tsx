// The sentence that an approval says: where to, with which access, for how long; and the other
// waiting connections.

import type { VNode } from 'preact';
import { AlsoWaiting } from './also-waiting.tsx';
import type { ApprovalProps } from './approval-props.ts';
import { RememberedFor } from './remembered-for.tsx';
import { SentenceSelect } from './sentence-select.tsx';
import { TargetPicker } from './target-picker.tsx';
import { WriteConfirmation } from './write-confirmation.tsx';

export function ApprovalTarget(props: ApprovalProps): VNode {
  const { picker, picked, problem } = props;
  return (
    <>
      <h2>
        <span class="when-picked">Connect to</span>
        <span class="when-unpicked">Choose a project</span>
      </h2>
      <TargetPicker {...picker} />
      <Sentence {...props} />
      <WriteConfirmation problem={problem?.at === 'write' ? problem.text : null} typed={picked.confirmWrite} />
      <div data-also-waiting>
        <AlsoWaiting {...props.alsoWaiting} isTicked={picked.releasesWaiting} typedCodes={picked.waitingCodes} />
      </div>
    </>
  );
}

/** `read-write, for this connection only`, with both as selects. */
function Sentence(props: ApprovalProps): VNode {
  const { agent, offersReadOnly, rememberChoices, isNoticeBlind, picked } = props;
  const canRemember = rememberChoices.length > 1;
  const isReader = agent !== null && agent.reason === null;
  const choices = isReader ? ACCESS.filter(({ value }) => value === 'read_only') : ACCESS;
  const remember = rememberChoices.map((value) => ({ value, label: REMEMBER[value] }));
  const help = isNoticeBlind ? 'remember-help' : undefined;
  return (
    <div class="sentence">
      {(offersReadOnly || canRemember) && (
        <p class="sentence-words">
          {offersReadOnly && (
            <span class="sentence-part">
              with <SentenceSelect name="access" label="Access" picked={picked.access} choices={choices} />
            </span>
          )}{' '}
          {canRemember && (
            <span class="sentence-part">
              for{' '}
              <SentenceSelect
                name="remember"
                label="Remember for"
                picked={picked.remember}
                choices={remember}
                describedBy={help}
              />
            </span>
          )}
        </p>
      )}
      {canRemember && isNoticeBlind && agent === null && (
        <p class="help" id="remember-help">
          A program that opens several connections needs 1 hour.
        </p>
      )}
      <RememberedFor {...props} />
    </div>
  );
}

/** For agents that do not say that they are: it counts before the two selects, which it hides. */
export function ForAgent({ agent, offersReadOnly, picked }: ApprovalProps): VNode | null {
  if (agent !== null || !offersReadOnly) return null;
  return (
    <label class="check">
      <input type="checkbox" name="agent" value="yes" checked={picked.forAgent} />
      <span>An agent runs this: read-only for 15 minutes</span>
    </label>
  );
}

/** Which database and which role, for those who want others than Postern would choose. */
export function DatabaseAndRole({ picked, databases, roles }: ApprovalProps): VNode {
  return (
    <details class="more" open={picked.database !== '' || picked.role !== ''}>
      <summary>Database and role</summary>
      <div class="options">
        <Suggested name="database" label="Database" value={picked.database} suggestions={databases} />
        <Suggested name="role" label="Database role" value={picked.role} suggestions={roles} />
      </div>
    </details>
  );
}

const ACCESS = [
  { value: 'read_write', label: 'read-write access' },
  { value: 'read_only', label: 'read-only access' },
] as const;
const REMEMBER = { once: 'this connection only', '15m': '15 minutes', '1h': '1 hour', '8h': '8 hours' } as const;

interface SuggestedProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly suggestions: readonly string[];
}

function Suggested({ name, label, value, suggestions }: SuggestedProps): VNode {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        class="input"
        id={name}
        name={name}
        value={value}
        list={`${name}-suggestions`}
        placeholder="Chosen for you"
        maxlength={63}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
      />
      <datalist id={`${name}-suggestions`}>
        {suggestions.map((suggestion) => (
          <option value={suggestion} />
        ))}
      </datalist>
    </div>
  );
}
