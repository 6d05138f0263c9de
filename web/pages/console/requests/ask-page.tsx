// "Ask for access": which database, for how long, why.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField, TextArea } from '../../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../../components/console/forms/hidden-fields.tsx';

interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface AskProps extends ConsoleProps {
  readonly path: string;
  readonly cancelPath: string;
  /** Whose rules ask first. */
  readonly computes: readonly Choice[];
  readonly durations: readonly Choice[];
  readonly typed: Readonly<Record<string, string>>;
}

const ACCESSES = [
  { value: 'read_only', label: 'Read-only' },
  { value: 'read_write', label: 'Read-write' },
] as const;

export function AskPage(props: AskProps): VNode {
  const { frame, view, path, cancelPath, computes, durations, typed } = props;
  const lead = 'Once they agree, your logins by link there are not asked about again until the end.';
  return (
    <ConsolePage frame={frame} view={view} title="Ask for access" lead={lead}>
      {computes.length === 0 ? (
        <p class="table-empty">You need to ask nobody: what you can reach, you can reach as it is.</p>
      ) : (
        <form class="panel form-panel" method="post" action={path}>
          <HiddenFields frame={frame} fields={{}} />
          <SelectField name="compute" label="To" choices={computes} picked={typed.compute} />
          <div class="field-row">
            <SelectField name="access" label="Access" choices={ACCESSES} picked={typed.access ?? 'read_write'} />
            <SelectField name="minutes" label="For" choices={durations} picked={typed.minutes ?? '60'} />
          </div>
          <TextArea
            name="reason"
            label="Why"
            value={typed.reason}
            placeholder="Ticket 4711: a customer cannot see an order"
          />
          <div class="form-foot">
            <button class="button primary" type="submit">
              Ask
            </button>
            <a class="button plain" href={cancelPath}>
              Cancel
            </a>
          </div>
        </form>
      )}
    </ConsolePage>
  );
}
