// Explains why approving needs more than a click, or why it does not although the addresses differ:
// one sentence for each step of docs/security.md, "Address comparison and reverse code".

import type { ComponentChildren, VNode } from 'preact';
import { Notice } from '../notice.tsx';
import type { ApprovalProps, ComparedAddresses } from './approval-props.ts';

type StepNoticeProps = Pick<
  ApprovalProps,
  'addresses' | 'step' | 'isKnownTerminal' | 'isNoticeBlind' | 'isCutOff' | 'sharing'
>;

/** Null when terminal and browser are at the same address and a click is enough. */
export function StepNotice({ addresses, step, isKnownTerminal, ...client }: StepNoticeProps): VNode | null {
  const { comparison } = addresses;
  if (comparison === 'same') {
    if (step !== 'reverse_code') return null;
    if (client.sharing !== 'own' && (client.isNoticeBlind || client.isCutOff)) {
      return (
        <Notice tone="plain" title="A code confirms whose connection is let in">
          <p>
            The program must connect again, and other people connect from <Address>{addresses.terminal}</Address>, too.
            You get six digits here; give them to the program as its password.
          </p>
        </Notice>
      );
    }
    return (
      <Notice tone="plain" title="A code confirms this login">
        <p>Your organization wants every login confirmed: you get six digits here and type them into the terminal.</p>
      </Notice>
    );
  }
  if (comparison === 'near' && step === 'approve') {
    return (
      <Notice tone="plain" title="The terminal is elsewhere in your own network">
        <p>
          It is at <Address>{addresses.terminal}</Address> and you are at <Address>{addresses.browser}</Address>, both
          within networks that your organization calls its own.
        </p>
      </Notice>
    );
  }
  return (
    <Notice
      tone="caution"
      title={comparison === 'forwarded' ? 'The terminal may be anywhere' : 'The terminal is not where you are'}
    >
      <p>
        <Apart addresses={addresses} />: {nextStep({ step, isKnownTerminal })}
      </p>
    </Notice>
  );
}

function Apart({ addresses: { terminal, browser, comparison } }: { readonly addresses: ComparedAddresses }): VNode {
  if (comparison === 'incomparable') {
    return (
      <>
        It came from <Address>{terminal}</Address> and you from <Address>{browser}</Address>, which cannot be compared
        since one is IPv4 and the other IPv6
      </>
    );
  }
  if (comparison === 'forwarded') {
    return (
      <>
        It came through a port forward, where everybody is at <Address>{terminal}</Address>, so that nothing tells
        whether it is yours
      </>
    );
  }
  return (
    <>
      It is at <Address>{terminal}</Address> and you are at <Address>{browser}</Address>, as when you work on a server
      over ssh
    </>
  );
}

function nextStep({ step, isKnownTerminal }: Pick<ApprovalProps, 'step' | 'isKnownTerminal'>): string {
  if (step === 'reverse_code') {
    return isKnownTerminal
      ? 'you get six digits here and type them into the terminal, which nobody else can do for you.'
      : 'since it is new to you, you get six digits here and type them into the terminal, which nobody else can do for you.';
  }
  if (step === 'user_code') {
    return isKnownTerminal
      ? 'you let it in before, so typing the code that it shows is enough.'
      : 'type the code that it shows, so that you decide about the right one.';
  }
  return 'approve it only if you started it there yourself.';
}

function Address({ children }: { readonly children: ComponentChildren }): VNode {
  return <bdi class="mono">{children}</bdi>;
}
