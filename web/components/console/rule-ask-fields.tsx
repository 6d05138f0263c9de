// Whom a new access rule asks first.

import type { VNode } from 'preact';
import { SelectField } from './forms/fields.tsx';

interface AskFieldsProps {
  /** Teams, as `team:` and an id. */
  readonly subjects: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly typed: Readonly<Record<string, string>>;
}

const COUNTS = [
  { value: '', label: 'nobody' },
  { value: '1', label: '1 person' },
  { value: '2', label: '2 people' },
  { value: '3', label: '3 people' },
];
const REASONS = [
  { value: '', label: 'if they like' },
  { value: 'required', label: 'always' },
];

/** Others who have to agree, and whether a reason is given: by link only. */
export function AskFields({ subjects, typed }: AskFieldsProps): VNode {
  const teams = subjects.map(({ value, label }) => ({ value: value.replace('team:', ''), label }));
  return (
    <div class="field-row">
      <SelectField
        name="approvals"
        label="Has to agree"
        choices={COUNTS}
        picked={typed.approvals}
        help={teams.length === 0 ? 'Make a team under People first.' : 'Never the person who asks.'}
      />
      <SelectField
        name="approval_team"
        label="Of"
        choices={[{ value: '', label: '–' }, ...teams]}
        picked={typed.approval_team}
      />
      <SelectField name="reason" label="Give a reason" choices={REASONS} picked={typed.reason} />
    </div>
  );
}
