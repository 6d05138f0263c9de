// The question before anything is taken away: what will happen, whom it touches, a way back, and
// the button that does it. Every destructive act of the console asks by this page.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { CheckField } from '../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../components/console/forms/hidden-fields.tsx';
import { TextField } from '../../components/text-field.tsx';

export interface ConfirmProps extends ConsoleProps {
  readonly action: string;
  /** A question: `Remove ada@example.com from Example Org?` */
  readonly title: string;
  readonly text: string;
  /** Whom it reaches right now: `2 people are connected: …` */
  readonly touches?: string | undefined;
  /** What is different afterwards, line by line. */
  readonly changes?: readonly Change[];
  readonly button: string;
  readonly cancelPath: string;
  /** `plain`: nothing is lost for good. */
  readonly tone?: 'danger' | 'plain';
  /** Sent along unseen. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The text to type, for actions that cannot be undone, and what was typed already. */
  readonly typeName?: string;
  readonly typed?: string | undefined;
  /** What is done in the same act when it is ticked, which it is at first unless it says no. */
  readonly also?: readonly AlsoDone[];
  /** Asks for a reason, which the person at the other end will see. */
  readonly reason?: 'asked';
}

/** What `touches` says where it touches nobody, which is no warning. */
export const TOUCHES_NOBODY = {
  them: 'They aren’t connected right now.',
  anybody: 'Nobody is connected.',
} as const;

export interface AlsoDone {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly isTicked?: 'no';
}

export interface Change {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

export function ConfirmPage(props: ConfirmProps): VNode {
  const { frame, view, action, title, text, touches, changes = [], button, cancelPath, tone = 'danger' } = props;
  const { fields = {}, typeName, also = [], reason } = props;
  return (
    <ConsolePage frame={frame} view={view} title={title}>
      <form class="panel form-panel" method="post" action={action} data-confirm-text={typeName}>
        <HiddenFields frame={frame} fields={fields} />
        <p>{text}</p>
        {changes.length > 0 && <Changes changes={changes} />}
        {touches !== undefined && <Touches words={touches} />}
        {reason !== undefined && (
          <TextField
            name="reason"
            label="Reason"
            help="The person sees it in the terminal."
            maxLength={200}
            focus="first"
          />
        )}
        {also.map(({ isTicked, ...each }) => (
          <CheckField key={each.name} {...each} isTicked={isTicked !== 'no'} />
        ))}
        {typeName !== undefined && (
          <TextField
            name="name"
            label={`Type ${typeName} to confirm`}
            value={props.typed ?? ''}
            autocomplete="off"
            maxLength={256}
            focus="first"
          />
        )}
        <div class="form-foot">
          <button class={`button ${tone === 'danger' ? 'danger' : 'primary'}`} type="submit" data-armed>
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

function Touches({ words }: { readonly words: string }): VNode {
  const isNobody = Object.values<string>(TOUCHES_NOBODY).includes(words);
  return <p class={isNobody ? 'touches nobody' : 'touches'}>{words}</p>;
}

function Changes({ changes }: { readonly changes: readonly Change[] }): VNode {
  return (
    <table class="changes">
      <caption class="visually-hidden">What changes</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">Now</th>
          <th scope="col">Then</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ what, before, after }) => (
          <tr key={what} class={before === after ? undefined : 'changed'}>
            <th scope="row">{what}</th>
            <td>{before}</td>
            <td>{after}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
