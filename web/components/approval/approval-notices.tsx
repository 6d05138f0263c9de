// Notices above the decision: the terminal is gone, a code is open, nothing can be chosen.

import type { VNode } from 'preact';
import { Notice } from '../notice.tsx';
import { SecondFactorNotice } from '../second-factor-notice.tsx';
import type { ApprovalProps } from './approval-props.ts';

export function OpenCodeNotice(): VNode {
  return (
    <Notice tone="plain" title="You have a code already">
      <p>Run the command again and type it there. Getting another code makes the first one useless.</p>
    </Notice>
  );
}

export function CutOffNotice({ step }: Pick<ApprovalProps, 'step'>): VNode {
  return (
    <Notice tone="plain" title="The terminal does not wait any more">
      <p>
        {step === 'reverse_code'
          ? 'Get a code, then connect again from there and give it as the password.'
          : 'Approve, then connect again from there: it is let in without a question.'}
      </p>
    </Notice>
  );
}

/** The terminal gets more time meanwhile. */
export function DemandNotice({ names }: { readonly names: readonly string[] }): VNode {
  return (
    <SecondFactorNotice names={names}>
      <button class="button plain" type="submit" name="decision" value="second_factor" formnovalidate>
        Add a second factor
      </button>
    </SecondFactorNotice>
  );
}

export function MissingTargetNotice({ name }: { readonly name: string }): VNode {
  return (
    <Notice tone="caution" title="What the terminal asks for is not open to you">
      <p>
        It named <bdi>{name}</bdi>. Pick where to connect instead, or deny.
      </p>
    </Notice>
  );
}

export function NothingToPick(): VNode {
  return (
    <Notice tone="plain" title="No project is open to you">
      <p>
        <a href="/app">Create a project in the console</a>, or ask an organization admin to add you or to share one.
        Then run the command again.
      </p>
    </Notice>
  );
}
