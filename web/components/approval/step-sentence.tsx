// Explains why approving needs more than a click, or why it does not although the addresses differ:
// one sentence for each step of docs/security.md, "Address comparison and reverse code".

import type { ComponentChildren, VNode } from 'preact';
import type { ApprovalProps, ComparedAddresses } from './approval-props.ts';

type StepSentenceProps = Pick<
  ApprovalProps,
  'addresses' | 'step' | 'isKnownTerminal' | 'isNoticeBlind' | 'isCutOff' | 'sharing'
>;

/** Null when terminal and browser are at the same address and a click is enough. */
export function StepSentence({ addresses, step, isKnownTerminal, ...client }: StepSentenceProps): VNode | null {
  const { comparison } = addresses;
  if (comparison === 'same') {
    if (step !== 'reverse_code') return null;
    if (client.sharing !== 'own' && (client.isNoticeBlind || client.isCutOff)) {
      return (
        <p class="step">
          The program must connect again, and other people connect from <Address>{addresses.terminal}</Address>, too.
          We’ll give you six digits for it to send as its password.
        </p>
      );
    }
    return <p class="step">This login needs a confirmation: we’ll give you six digits to type into the terminal.</p>;
  }
  if (comparison === 'near' && step === 'approve') return null;
  return (
    <p class="step caution">
      <Apart addresses={addresses} /> {nextStep({ step, isKnownTerminal })}
    </p>
  );
}

function Apart({ addresses: { terminal, browser, comparison } }: { readonly addresses: ComparedAddresses }): VNode {
  if (comparison === 'incomparable') {
    return (
      <>
        This terminal came from <Address>{terminal}</Address> and you from <Address>{browser}</Address>: one is IPv4,
        the other IPv6, so nothing shows that it’s yours.
      </>
    );
  }
  if (comparison === 'forwarded') {
    return (
      <>
        Behind a port forward everyone is at <Address>{terminal}</Address>, so nothing shows that it’s yours.
      </>
    );
  }
  return <>That’s normal over SSH.</>;
}

function nextStep({ step, isKnownTerminal }: Pick<ApprovalProps, 'step' | 'isKnownTerminal'>): string {
  if (step === 'reverse_code') return 'To prove it’s yours, we’ll give you six digits to type there.';
  if (step === 'user_code') {
    return isKnownTerminal
      ? 'You’ve approved it before, so just enter the code it shows.'
      : 'Enter the code it shows. Then you decide about the right one.';
  }
  return 'Approve only if you started it there yourself.';
}

function Address({ children }: { readonly children: ComponentChildren }): VNode {
  return <bdi class="mono">{children}</bdi>;
}
