// One request for access, as the person who asked saw it, and the form of those who decide.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { TextArea } from '../../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../../components/console/forms/hidden-fields.tsx';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { ProjectLabelTag } from '../../../components/project-label.tsx';
import { Fact, TerminalFacts, type TerminalFactsProps } from '../../../components/terminal-facts.tsx';
import { GlassReview, type ReviewState } from './glass-review.tsx';
import { RenamedFact } from './renamed-fact.tsx';
import type { RequestView } from './request-view.ts';
import { StatePill } from './requests-page.tsx';

export interface RequestProps extends ConsoleProps {
  readonly path: string;
  readonly asked: RequestView;
  /** Null: none waits. */
  readonly terminal: {
    readonly facts: TerminalFactsProps;
    readonly userCode: string;
    readonly browserAddress: string;
    readonly isSameAddress: boolean;
  } | null;
  readonly isOwn: boolean;
  readonly approvers: readonly string[];
  readonly mayDecide: boolean;
  readonly hasAgreed: boolean;
  readonly mayEnd: boolean;
  readonly review: ReviewState;
  /** Null: the person has signed in lately. */
  readonly signInAgainPath: string | null;
  readonly typedAnswer: string;
  readonly now: Date;
}

export function RequestPage(props: RequestProps): VNode {
  const { frame, view, asked, now, terminal } = props;
  const title = titleOf(props);
  return (
    <ConsolePage frame={frame} view={view} title={title}>
      <Panel
        id="asked"
        title={asked.kind === 'break_glass' ? 'What was broken' : 'What is asked for'}
        actions={
          <span>
            <ProjectLabelTag label={asked.label} /> <StatePill row={asked} now={now} />
          </span>
        }
      >
        <Place asked={asked} now={now} />
      </Panel>
      {terminal !== null && <Terminal terminal={terminal} asked={asked} />}
      <Decision {...props} />
      <GlassReview {...props} />
      <EndForm {...props} />
    </ConsolePage>
  );
}

function titleOf({ asked, isOwn }: RequestProps): string {
  const { kind, person, project } = asked;
  switch (kind) {
    case 'break_glass':
      return isOwn ? `You broke the glass of ${project}` : `${person} broke the glass of ${project}`;
    case 'on_call':
      return isOwn ? `You are on call for ${project}` : `${person} is on call for ${project}`;
    default:
      return isOwn ? `Your request for ${project}` : `${person} asks for ${project}`;
  }
}

function Place({ asked, now }: Pick<RequestProps, 'asked' | 'now'>): VNode {
  const { agreed, needed, team, decider, answer } = asked;
  return (
    <table class="facts">
      <caption class="visually-hidden">What is asked for</caption>
      <tbody>
        <Fact name="Person" aside={asked.email}>
          {asked.person}
        </Fact>
        <Fact name="Project" aside={asked.account}>
          {asked.project}
        </Fact>
        <Fact name="Project’s ID">{asked.projectId}</Fact>
        <RenamedFact what="Project" renamed={asked.projectRenamed} now={now} />
        <Fact name="Compute" aside={asked.compute === asked.computeId ? null : asked.computeId}>
          {asked.compute ?? 'any of the project'}
        </Fact>
        <RenamedFact what="Compute" renamed={asked.computeRenamed} now={now} />
        <Fact name="Database">{asked.database ?? 'any of the compute'}</Fact>
        <Fact name="Access" aside={asked.role === null ? null : `as ${asked.role}`}>
          {asked.access === 'read_only' ? 'read-only' : 'read-write'}
        </Fact>
        <Fact name="For">{asked.duration}</Fact>
        <Fact name="Why">{asked.reason ?? 'no reason given'}</Fact>
        {team !== null && <Fact name="Decided by">{`${needed} of team ${team}`}</Fact>}
        {agreed.length > 0 && <Fact name="Agreed">{agreed.join(', ')}</Fact>}
        {asked.state === 'denied' && <Fact name="Denied by">{decider ?? 'somebody'}</Fact>}
        {asked.review !== null && (
          <Fact name="Review" aside={asked.reviewer}>
            {asked.review}
          </Fact>
        )}
        {answer !== null && <Fact name="Answer">{answer}</Fact>}
        <tr>
          <th scope="row">Asked</th>
          <td>
            <When at={asked.askedAt} now={now} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function Terminal({
  terminal,
  asked,
}: {
  readonly terminal: NonNullable<RequestProps['terminal']>;
  readonly asked: RequestView;
}): VNode {
  const { facts, userCode, browserAddress, isSameAddress } = terminal;
  return (
    <Panel id="terminal" title="The terminal that waits" lead={`${asked.person} opened its link in a browser.`}>
      <TerminalFacts {...facts} />
      <p class={isSameAddress ? undefined : 'caution-text'}>
        {isSameAddress
          ? `The browser was at the same address, ${browserAddress}.`
          : `The browser was at another address, ${browserAddress}. Ask them whether they ran it.`}
      </p>
      <p>
        The code on both: <span class="mono">{userCode}</span>
      </p>
    </Panel>
  );
}

function Decision(props: RequestProps): VNode | null {
  const { frame, path, asked, mayDecide, hasAgreed, approvers, signInAgainPath, typedAnswer, now } = props;
  if (asked.state !== 'waiting') return null;
  if (!mayDecide) {
    return (
      <p class="quiet-text">
        {hasAgreed ? 'You agreed. ' : ''}
        {`Waiting for ${approvers.join(', ')}. The request ends `}
        <When at={asked.expiresAt} now={now} />.
      </p>
    );
  }
  return (
    <Panel
      id="decide"
      title="Your decision"
      lead={`Did ${asked.person} really ask? When in doubt, talk to them first.`}
    >
      {signInAgainPath === null ? (
        <form class="stack" method="post" action={path}>
          <HiddenFields frame={frame} fields={{}} />
          <TextArea
            name="answer"
            label="Answer (optional)"
            value={typedAnswer}
            rows={2}
            help="They see it if you deny."
          />
          <div class="form-foot">
            <button class="button primary" type="submit" name="decision" value="agree" data-armed>
              Agree
            </button>
            <button class="button plain ends" type="submit" name="decision" value="deny">
              Deny
            </button>
          </div>
        </form>
      ) : (
        <a class="button primary" href={signInAgainPath}>
          Sign in again to decide
        </a>
      )}
    </Panel>
  );
}

function EndForm({ frame, path, asked, isOwn, mayEnd }: RequestProps): VNode | null {
  if (!mayEnd) return null;
  const label = asked.state === 'approved' ? 'End this access now' : isOwn ? 'Withdraw' : 'End this request';
  return <PostButton frame={frame} action={`${path}/withdraw`} label={label} look="ends" />;
}
