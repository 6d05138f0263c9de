// The page on which a signed-in person decides a login request: the terminal, the target, Approve
// and Deny.

import type { VNode } from 'preact';
import {
  CutOffNotice,
  MissingTargetNotice,
  NothingToPick,
  OpenCodeNotice,
} from '../components/approval/approval-notices.tsx';
import type { ApprovalProps } from '../components/approval/approval-props.ts';
import { ApprovalTarget } from '../components/approval/approval-target.tsx';
import { DecisionButtons } from '../components/approval/decision-buttons.tsx';
import { StepNotice } from '../components/approval/step-notice.tsx';
import { UserCode } from '../components/approval/user-code.tsx';
import { Notice } from '../components/notice.tsx';
import { FIND_FORM } from '../components/target-picker.tsx';
import { TerminalFacts } from '../components/terminal-facts.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';

export function ApprovalPage(props: ApprovalProps): VNode {
  const { frame, path, picker } = props;
  const hasNothing = picker.foundCount === 0 && picker.search === '';
  return (
    <Document frame={frame} title="Approve a login" islands={['decide']}>
      <div class="ask">
        <div class="ask-head">
          <h1>A terminal asks to connect as you</h1>
          <p class="lead">Did you just run this on your machine? If someone else sent you the link, deny.</p>
        </div>
        {props.problem !== null && <Notice tone="problem" title={props.problem} />}
        <StepNotice {...props} />
        <div class="ask-columns">
          <section class="card stack ask-who" aria-label="Who asks">
            <UserCode {...props} />
            <TerminalFacts {...props.terminal} />
          </section>
          {/* The search stands within the form that decides, and is sent by this one. */}
          <form id={FIND_FORM} method="get" action={path} hidden />
          <form class="card stack ask-where" method="post" action={path} data-decide={path}>
            <CsrfField frame={frame} />
            {props.hasOpenCode && <OpenCodeNotice />}
            {props.isCutOff && <CutOffNotice {...props} />}
            {props.missingTarget !== null && <MissingTargetNotice name={props.missingTarget} />}
            {hasNothing ? <NothingToPick /> : <ApprovalTarget {...props} />}
            <DecisionButtons {...props} />
          </form>
        </div>
      </div>
    </Document>
  );
}
