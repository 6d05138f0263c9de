// The page on which a signed-in person decides a login request, in the order in which the eye goes:
// the code, who asks, the target, Approve and Deny.

import type { VNode } from 'preact';
import {
  CutOffNotice,
  DemandNotice,
  MissingTargetNotice,
  NothingToPick,
  OpenCodeNotice,
} from '../components/approval/approval-notices.tsx';
import type { ApprovalProps } from '../components/approval/approval-props.ts';
import { ApprovalTarget, DatabaseAndRole, ForAgent } from '../components/approval/approval-target.tsx';
import { DecisionButtons } from '../components/approval/decision-buttons.tsx';
import { FIND_FORM } from '../components/approval/target-picker.tsx';
import { UserCode } from '../components/approval/user-code.tsx';
import { WhoAsks } from '../components/approval/who-asks.tsx';
import { Notice } from '../components/notice.tsx';
import { TerminalFacts } from '../components/terminal-facts.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';

export function ApprovalPage(props: ApprovalProps): VNode {
  const { frame, path, picker, problem } = props;
  const hasNothing = picker.foundCount === 0 && picker.search === '';
  const demanded = props.demandedBy.length > 0 && <DemandNotice names={props.demandedBy} />;
  return (
    <Document frame={frame} title={`${props.asker} wants to connect as you`} width="ask" islands={['decide']}>
      <div class="ask">
        <div class="ask-head">
          <h1>{props.asker} wants to connect as you</h1>
          <p class="lead">Did you start this just now? If someone sent you this link, choose Deny.</p>
        </div>
        {problem?.at === 'page' && <Notice tone="problem" title={problem.text} />}
        {/* The search stands within the form that decides, and is sent by this one. */}
        <form id={FIND_FORM} method="get" action={path} hidden />
        <form
          class="card ask-card"
          method="post"
          action={path}
          data-decide={path}
          data-passkey-here={props.hasPasskeyHere ? 'yes' : undefined}
        >
          <CsrfField frame={frame} />
          <section class="ask-who" aria-label="Who asks">
            <UserCode {...props} />
            <WhoAsks {...props} />
          </section>
          <section class="ask-where" aria-label="Your decision">
            {props.hasOpenCode && <OpenCodeNotice />}
            {props.isCutOff && <CutOffNotice {...props} />}
            {props.missingTarget !== null && <MissingTargetNotice name={props.missingTarget} />}
            {hasNothing ? !demanded && <NothingToPick /> : <ApprovalTarget {...props} />}
            {hasNothing && demanded}
            <DecisionButtons {...props} />
            {!hasNothing && <ForAgent {...props} />}
            {/* Behind Approve, which Enter presses in a field: the form's first button. */}
            {!hasNothing && demanded}
            {!hasNothing && <DatabaseAndRole {...props} />}
          </section>
          {props.glassPath !== null && (
            <p class="quiet">
              An emergency that no rule foresaw? <a href={props.glassPath}>Break the glass</a>
            </p>
          )}
          <details class="more ask-details">
            <summary>Details of the terminal</summary>
            <TerminalFacts {...props.terminal} />
          </details>
        </form>
      </div>
    </Document>
  );
}
