// The form for a new access token.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { TokenForm, type TokenFormProps } from './token-form.tsx';

const LIVES = [
  { value: '1', label: '1 day' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
];

export function NewAccessTokenPage(props: TokenFormProps): VNode {
  const { frame, view, path, isForAccount, typed } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="New access token"
      lead={
        isForAccount
          ? 'For services of the organization: it stays when its maker leaves.'
          : 'For your own tools: it works as long as you may connect yourself.'
      }
    >
      <TokenForm
        props={props}
        action={`${path}/new`}
        nameHelp="What will use it: laptop DBeaver, nightly report."
        button="Create token"
        term={<SelectField name="days" label="Open for" choices={LIVES} picked={typed.days ?? '30'} />}
      />
    </ConsolePage>
  );
}
