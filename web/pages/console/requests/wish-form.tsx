// The form of "Ask for access" and "Break the glass": to which compute, for how long, and why.

import type { ComponentChildren, VNode } from 'preact';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField, TextArea } from '../../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../../components/console/forms/hidden-fields.tsx';

interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface WishProps extends ConsoleProps {
  readonly path: string;
  readonly cancelPath: string;
  readonly computes: readonly Choice[];
  readonly durations: readonly Choice[];
  readonly typed: Readonly<Record<string, string>>;
}

interface WishFormProps extends WishProps {
  readonly hidden: Readonly<Record<string, string>>;
  /** Chosen unless something was typed. */
  readonly minutes: string;
  readonly example: string;
  readonly button: { readonly label: string; readonly tone: 'primary' | 'danger' };
  /** Beside the duration. */
  readonly children?: ComponentChildren;
}

export function WishForm(props: WishFormProps): VNode {
  const { frame, path, cancelPath, computes, durations, typed, hidden, minutes, example, button, children } = props;
  const duration = <SelectField name="minutes" label="For" choices={durations} picked={typed.minutes ?? minutes} />;
  return (
    <form class="panel form-panel" method="post" action={path}>
      <HiddenFields frame={frame} fields={hidden} />
      <SelectField name="compute" label="To" choices={computes} picked={typed.compute} />
      {children === undefined ? (
        duration
      ) : (
        <div class="field-row">
          {children}
          {duration}
        </div>
      )}
      <TextArea name="reason" label="Why" value={typed.reason} placeholder={example} />
      <div class="form-foot">
        <button class={`button ${button.tone}`} type="submit" data-armed>
          {button.label}
        </button>
        <a class="button plain" href={cancelPath}>
          Cancel
        </a>
      </div>
    </form>
  );
}
