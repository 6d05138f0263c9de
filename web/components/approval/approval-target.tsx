// The target and the duration: compute, access, database and role, other waiting connections.

import type { VNode } from 'preact';
import { Segments } from '../segments.tsx';
import { TargetPicker } from '../target-picker.tsx';
import { AlsoWaiting } from './also-waiting.tsx';
import type { ApprovalProps } from './approval-props.ts';
import { RememberedFor } from './remembered-for.tsx';
import { UserCodeField } from './user-code.tsx';

export function ApprovalTarget(props: ApprovalProps): VNode {
  return (
    <>
      <h2>Connect to</h2>
      <TargetPicker {...props.picker} />
      <div class="options">
        {props.offersReadOnly && (
          <Segments name="access" legend="Access" picked={props.picked.access} choices={ACCESS} />
        )}
        {props.rememberChoices.length > 1 && (
          <Segments
            name="remember"
            legend="Remember for"
            picked={props.picked.remember}
            choices={props.rememberChoices.map((value) => ({ value, label: REMEMBER[value] }))}
            help={props.isNoticeBlind ? 'A program that opens several connections needs 1 hour.' : undefined}
          />
        )}
        <RememberedFor {...props} />
      </div>
      <details class="more" open={props.picked.database !== '' || props.picked.role !== ''}>
        <summary>Database and role</summary>
        <div class="options">
          <Suggested name="database" label="Database" value={props.picked.database} suggestions={props.databases} />
          <Suggested name="role" label="Database role" value={props.picked.role} suggestions={props.roles} />
        </div>
      </details>
      <div data-also-waiting>
        <AlsoWaiting
          {...props.alsoWaiting}
          isTicked={props.picked.releasesWaiting}
          typedCodes={props.picked.waitingCodes}
        />
      </div>
      {props.step === 'user_code' && <UserCodeField />}
    </>
  );
}

const ACCESS = [
  { value: 'read_write', label: 'Read-write' },
  { value: 'read_only', label: 'Read-only' },
] as const;
const REMEMBER = { once: 'This connection only', '1h': '1 hour', '8h': '8 hours' } as const;

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
