// "Break the glass": access that no rule gives, for a named person, now.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField, TextArea } from '../../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../../components/console/forms/hidden-fields.tsx';

interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface BreakGlassProps extends ConsoleProps {
  readonly path: string;
  readonly cancelPath: string;
  readonly computes: readonly Choice[];
  readonly durations: readonly Choice[];
  /** The login that waits; empty: none. */
  readonly login: string;
  /** Null: the person has signed in lately. */
  readonly signInAgainPath: string | null;
  readonly typed: Readonly<Record<string, string>>;
}

export function BreakGlassPage(props: BreakGlassProps): VNode {
  const { frame, view, path, cancelPath, computes, durations, login, signInAgainPath, typed } = props;
  const lead =
    'For an emergency: it lets you in where no access rule does. Every admin is told at once, and has to review it before you can do it again.';
  return (
    <ConsolePage frame={frame} view={view} title="Break the glass" lead={lead}>
      {computes.length === 0 ? (
        <p class="table-empty">No organization has named you for this. Ask an admin for access.</p>
      ) : signInAgainPath !== null ? (
        <a class="button primary" href={signInAgainPath}>
          Sign in again to go on
        </a>
      ) : (
        <form class="panel form-panel" method="post" action={path}>
          <HiddenFields frame={frame} fields={login === '' ? {} : { login }} />
          <SelectField name="compute" label="To" choices={computes} picked={typed.compute} />
          <SelectField name="minutes" label="For" choices={durations} picked={typed.minutes ?? '15'} />
          <TextArea
            name="reason"
            label="Why"
            value={typed.reason}
            placeholder="Incident 4711: orders are not paid, and nobody of the team answers"
          />
          <div class="form-foot">
            <button class="button danger" type="submit">
              Break the glass
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
