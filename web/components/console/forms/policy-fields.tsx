// The policy of an account or of one compute: how people log in, from where, and for how long.

import type { VNode } from 'preact';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';
import { FromWhere, HowLong, type PolicyFields, WhoGetsIn } from './policy-groups.tsx';

interface PolicyFormProps {
  readonly frame: PageFrame;
  readonly action: string;
  readonly policy: PolicyFields;
  /** Also shown, read-only, to people who may not change it. */
  readonly mayChange: boolean;
  /** How many remembered approvals saving a change ends. */
  readonly rememberedCount: number;
}

export function PolicyForm({ frame, action, policy, mayChange, rememberedCount }: PolicyFormProps): VNode {
  return (
    <form class="stack policy-form" method="post" action={action} data-save-changed={policy.isTyped ? undefined : ''}>
      <CsrfField frame={frame} />
      <fieldset class="plain-fieldset" disabled={!mayChange}>
        <legend class="visually-hidden">Policy</legend>
        <WhoGetsIn policy={policy} />
        <HowLong policy={policy} />
        <FromWhere policy={policy} />
      </fieldset>
      {mayChange && (
        <div class="form-foot">
          <button class="button primary" type="submit">
            Save policy
          </button>
          <p class="quiet-text">{endingsInWords(rememberedCount)}</p>
        </div>
      )}
    </form>
  );
}

function endingsInWords(count: number): string {
  if (count === 0) return 'A change ends no remembered approval.';
  return count === 1
    ? 'A change ends 1 remembered approval.'
    : `A change ends ${count.toLocaleString('en-US')} remembered approvals.`;
}
