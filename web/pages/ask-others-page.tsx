// Where a rule asks first: whom, for how long, and why. The terminal waits meanwhile.

import type { VNode } from 'preact';
import { CodeInput } from '../components/approval/code-input.tsx';
import { SelectField, TextArea } from '../components/console/forms/fields.tsx';
import { HiddenFields } from '../components/console/forms/hidden-fields.tsx';
import { Notice } from '../components/notice.tsx';
import { Fact } from '../components/terminal-facts.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface AskOthersProps {
  readonly frame: PageFrame;
  /** Of the login request. */
  readonly path: string;
  readonly project: string;
  readonly compute: string;
  readonly database: string | null;
  readonly role: string;
  readonly access: 'read_write' | 'read_only';
  /** `Ann and 2 others`; null: only a reason is asked for. */
  readonly asked: string | null;
  readonly askedNames: readonly string[];
  readonly needed: number;
  readonly isReasonRequired: boolean;
  readonly durations: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly waitMinutes: number;
  readonly needsCode: boolean;
  /** The choice, sent along. */
  readonly fields: Readonly<Record<string, string>>;
  readonly typed: { readonly reason: string; readonly minutes: number };
  readonly problem: string | null;
}

export function AskOthersPage(props: AskOthersProps): VNode {
  const { frame, path, asked, fields, problem, needsCode } = props;
  const title = asked === null ? 'Say why' : `Ask ${asked}`;
  return (
    <Document frame={frame} title={title} width="narrow" islands={['decide']}>
      <form class="card stack" method="post" action={`${path}/ask`}>
        <HiddenFields frame={frame} fields={fields} />
        <div class="stack-tight">
          <h1>{title}</h1>
          <p class="lead">{leadOf(props)}</p>
        </div>
        {problem !== null && !needsCode && <Notice tone="problem" title={problem} />}
        <Place {...props} />
        {needsCode && (
          <div class="user-code">
            <CodeInput problem={problem} value="" />
          </div>
        )}
        <AskingFields {...props} />
        <div class="decide-pair">
          <button class="button primary" type="submit" data-armed>
            {asked === null ? 'Connect' : 'Ask'}
          </button>
          <a class="button plain" href={path}>
            Back
          </a>
        </div>
        {asked !== null && <p class="quiet">{`Asked are: ${props.askedNames.join(', ')}.`}</p>}
      </form>
    </Document>
  );
}

function leadOf({ asked, project, needed, waitMinutes }: AskOthersProps): string {
  if (asked === null) return `${project} asks everybody for a reason.`;
  const who = needed === 1 ? 'One of them has' : `${needed} of them have`;
  return `${who} to agree before you reach ${project}. They are told by mail, and your terminal waits up to ${waitMinutes} minutes.`;
}

function Place({ project, compute, database, role, access }: AskOthersProps): VNode {
  return (
    <table class="facts">
      <caption class="visually-hidden">What you ask for</caption>
      <tbody>
        <Fact name="Project">{project}</Fact>
        <Fact name="Compute">{compute}</Fact>
        {database !== null && <Fact name="Database">{database}</Fact>}
        <Fact name="Access" aside={`as ${role}`}>
          {access === 'read_only' ? 'read-only' : 'read-write'}
        </Fact>
      </tbody>
    </table>
  );
}

function AskingFields({ durations, typed, isReasonRequired }: AskOthersProps): VNode {
  return (
    <>
      <SelectField
        name="minutes"
        label="For how long"
        choices={durations}
        picked={String(typed.minutes)}
        help="Until then your logins there are not asked about again. Connections end with it."
      />
      <TextArea
        name="reason"
        label={isReasonRequired ? 'Why' : 'Why (optional)'}
        value={typed.reason}
        placeholder="Ticket 4711: a customer cannot see an order"
        need={isReasonRequired ? 'required' : 'optional'}
      />
    </>
  );
}
