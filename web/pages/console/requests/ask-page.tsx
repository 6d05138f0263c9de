// "Ask for access": which database, for how long, why.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { WishForm, type WishProps } from './wish-form.tsx';

const ACCESSES = [
  { value: 'read_only', label: 'Read-only' },
  { value: 'read_write', label: 'Read-write' },
] as const;

/** Computes whose rules ask first. */
export function AskPage(props: WishProps): VNode {
  const { frame, view, computes, typed } = props;
  const lead = 'Once they agree, your logins by link there are not asked about again until the end.';
  return (
    <ConsolePage frame={frame} view={view} title="Ask for access" lead={lead}>
      {computes.length === 0 ? (
        <p class="table-empty">You need to ask nobody: what you can reach, you can reach as it is.</p>
      ) : (
        <WishForm
          {...props}
          hidden={{}}
          minutes="60"
          example="Ticket 4711: a customer cannot see an order"
          button={{ label: 'Ask', tone: 'primary' }}
        >
          <SelectField name="access" label="Access" choices={ACCESSES} picked={typed.access ?? 'read_write'} />
        </WishForm>
      )}
    </ConsolePage>
  );
}
