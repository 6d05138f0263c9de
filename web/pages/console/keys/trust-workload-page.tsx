// The form for an access token without a secret: an issuer says which program may come in.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import { SelectField, TextArea } from '../../../components/console/forms/fields.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { TokenForm, type TokenFormProps } from './token-form.tsx';

const LONGEST = [
  { value: '', label: 'As your rules say' },
  { value: '15m', label: '15 minutes' },
  { value: '1h', label: '1 hour' },
  { value: '8h', label: '8 hours' },
];

export function TrustWorkloadPage(props: TokenFormProps): VNode {
  const { frame, view, path, typed } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Trust a workload"
      lead="Let a CI job or a pod in by the token that its own platform gives it. There is no secret to keep."
    >
      <TokenForm
        props={props}
        action={`${path}/trust`}
        nameHelp="What will use it: deploys of the shop."
        button="Trust workload"
        proof={<IssuerFields typed={typed} />}
        term={
          <SelectField
            name="longest"
            label="A connection lasts at most"
            choices={LONGEST}
            picked={typed.longest ?? ''}
          />
        }
      />
    </ConsolePage>
  );
}

function IssuerFields({ typed }: Pick<TokenFormProps, 'typed'>): VNode {
  return (
    <>
      <TextField
        name="issuer"
        label="Issuer"
        value={typed.issuer ?? ''}
        autocomplete="off"
        maxLength={512}
        help="GitHub: https://token.actions.githubusercontent.com. GitLab: https://gitlab.com."
      />
      <TextField
        name="audience"
        label="Audience"
        value={typed.audience ?? ''}
        autocomplete="off"
        maxLength={512}
        help="The audience that the job asks a token for."
      />
      <TextArea
        name="conditions"
        label="Claims"
        value={typed.conditions ?? ''}
        placeholder={'repository=acme/shop\nref=refs/heads/main'}
        help="One a line; all must match. A * at the end stands for anything. Without a claim of yours, anybody at the issuer would be let in."
        need="required"
      />
    </>
  );
}
