// An action that requires a reason: a sentence on its effect, the reason, the button.

import type { VNode } from 'preact';
import { CsrfField } from '../../layout/csrf-field.tsx';
import type { PageFrame } from '../../layout/page-frame.ts';
import { Panel } from '../console/panel.tsx';

interface ReasonFormProps {
  readonly frame: Pick<PageFrame, 'csrfToken'>;
  /** Names the panel and its field. */
  readonly id: string;
  readonly title: string;
  readonly lead?: string;
  readonly action: string;
  readonly field: { readonly name: string; readonly label: string; readonly help: string; readonly max: number };
  readonly typed: string;
  readonly button: string;
  readonly look: 'danger' | 'plain';
  /** Additional form fields. */
  readonly hidden?: Readonly<Record<string, string>>;
  /** Why there is nothing to do now; the button is disabled then. */
  readonly idle?: string | null;
  /** Next to the button. */
  readonly cancelPath?: string;
}

export function ReasonForm(props: ReasonFormProps): VNode {
  const { frame, id, title, lead, action, field, typed, button, look, hidden = {}, idle = null, cancelPath } = props;
  return (
    <Panel
      id={id}
      title={title}
      {...(lead === undefined ? {} : { lead })}
      {...(look === 'danger' ? { tone: look } : {})}
    >
      <form class="stack" method="post" action={action}>
        <CsrfField frame={frame} />
        {Object.entries(hidden).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <div class="field">
          <label for={`${id}-text`}>{field.label}</label>
          <p class="help" id={`${id}-help`}>
            {field.help}
          </p>
          <input
            class="input"
            id={`${id}-text`}
            name={field.name}
            type="text"
            maxlength={field.max}
            value={typed}
            autocomplete="off"
            aria-describedby={`${id}-help`}
            required
          />
        </div>
        <div class="form-foot">
          <button class={`button ${look}`} type="submit" disabled={idle !== null}>
            {button}
          </button>
          {idle !== null && <span class="quiet">{idle}</span>}
          {cancelPath !== undefined && (
            <a class="button plain" href={cancelPath}>
              Cancel
            </a>
          )}
        </div>
      </form>
    </Panel>
  );
}
