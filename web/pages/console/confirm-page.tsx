// A confirmation: what will happen, a link back, and the button that does it.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { CheckField } from '../../components/console/forms/fields.tsx';
import { TextField } from '../../components/text-field.tsx';
import { CsrfField } from '../../layout/csrf-field.tsx';

export interface ConfirmProps extends ConsoleProps {
  readonly action: string;
  /** A question: `Remove ada@example.com from Example Org?` */
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly cancelPath: string;
  /** The text to type, for actions that cannot be undone. */
  readonly typeName?: string;
  /** Something that is done in the same act unless it is unticked. */
  readonly also?: { readonly name: string; readonly label: string; readonly help: string };
  /** Asks for a reason, which the person at the other end will see. */
  readonly reason?: 'asked';
}

export function ConfirmPage(props: ConfirmProps): VNode {
  const { frame, view, action, title, text, button, cancelPath, typeName, reason, also } = props;
  return (
    <ConsolePage frame={frame} view={view} title={title}>
      <form class="panel form-panel" method="post" action={action}>
        <CsrfField frame={frame} />
        <p>{text}</p>
        {reason !== undefined && (
          <TextField
            name="reason"
            label="Reason"
            help="The person sees it in the terminal."
            maxLength={200}
            focus="first"
          />
        )}
        {also !== undefined && <CheckField {...also} isTicked />}
        {typeName !== undefined && (
          <TextField
            name="name"
            label={`Type ${typeName} to confirm`}
            autocomplete="off"
            maxLength={256}
            focus="first"
          />
        )}
        <div class="form-foot">
          <button class="button danger" type="submit">
            {button}
          </button>
          <a class="button plain" href={cancelPath}>
            Cancel
          </a>
        </div>
      </form>
    </ConsolePage>
  );
}
