// What a person should know before deciding: that the terminal is elsewhere, that a code is open, that nothing can be picked.

import type { VNode } from 'preact';
import { Notice } from '../notice.tsx';
import type { ApprovalProps } from './approval-props.ts';

export function DistanceNotice({
  distance,
  step,
}: Required<Pick<ApprovalProps, 'step'>> & { distance: NonNullable<ApprovalProps['distance']> }): VNode {
  return (
    <Notice tone="caution" title="The terminal is not where you are">
      <p>
        It asks from <bdi class="mono">{distance.terminal}</bdi>, your browser is at{' '}
        <bdi class="mono">{distance.browser}</bdi>. That is normal for a server you work on over ssh, and a warning sign
        when you did not start it yourself.
      </p>
      {step === 'reverse_code' && (
        <p>You have not used this terminal before, so you will type a short code into it to show that it is yours.</p>
      )}
    </Notice>
  );
}

export function OpenCodeNotice(): VNode {
  return (
    <Notice tone="plain" title="You have a code already">
      <p>Run the command again and type it there. Getting another code makes the first one useless.</p>
    </Notice>
  );
}

export function NothingToPick(): VNode {
  return (
    <Notice tone="plain" title="No project is open to you">
      <p>Ask an organization admin to add you or to share a project, then run the command again.</p>
    </Notice>
  );
}
