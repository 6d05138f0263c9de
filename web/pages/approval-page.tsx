// The page on which a signed-in person decides about a login request: who asks, where to, Approve and Deny.

import type { VNode } from 'preact';
import { CsrfField } from '../components/csrf-field.tsx';
import { Notice } from '../components/notice.tsx';
import { Segments } from '../components/segments.tsx';
import { type PickerAccount, TargetPicker } from '../components/target-picker.tsx';
import { WhoAsks, type WhoAsksProps } from '../components/who-asks.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ApprovalProps {
  readonly frame: PageFrame;
  /** The login request's reference address: the form and its events hang on it. */
  readonly path: string;
  readonly userCode: string;
  readonly asks: WhoAsksProps;
  readonly remainingMs: number;
  /** Set when terminal and browser are not at one address. */
  readonly distance: { readonly terminal: string; readonly browser: string } | null;
  /** What the person does besides approving. */
  readonly step: 'approve' | 'user_code' | 'reverse_code';
  readonly problem: string | null;
  /** Digits were shown before and wait for the terminal. */
  readonly hasOpenCode: boolean;
  readonly accounts: readonly PickerAccount[];
  readonly picked: {
    readonly computeId: string | null;
    readonly database: string;
    readonly role: string;
    readonly access: 'read_write' | 'read_only';
    readonly remember: 'once' | '1h' | '8h';
  };
  /** Suggestions for the two text fields. */
  readonly databases: readonly string[];
  readonly roles: readonly string[];
  readonly offersReadOnly: boolean;
  readonly rememberChoices: ReadonlyArray<'once' | '1h' | '8h'>;
  /** Other waiting connections of the same terminal. */
  readonly alsoWaiting: ReadonlyArray<{ readonly id: string; readonly userCode: string }>;
}

export function ApprovalPage(props: ApprovalProps): VNode {
  const { frame, path } = props;
  return (
    <Document frame={frame} title="Approve a login" islands={['decide']}>
      <div class="ask">
        <div class="ask-head">
          <h1>A terminal asks to connect as you</h1>
          <p class="lead">Did you just run this on your machine? If someone else sent you the link, deny.</p>
        </div>
        <div class="ask-columns">
          <section class="card stack ask-who" aria-label="Who asks">
            <UserCode {...props} />
            <WhoAsks {...props.asks} />
          </section>
          <form class="card stack" method="post" action={path} data-decide={path}>
            <CsrfField frame={frame} />
            {props.problem !== null && <Notice tone="problem" title={props.problem} />}
            {props.hasOpenCode && <OpenCodeNotice />}
            {props.distance !== null && <DistanceNotice distance={props.distance} step={props.step} />}
            {props.accounts.length === 0 ? <NothingToPick /> : <Target {...props} />}
            <Decide {...props} />
          </form>
        </div>
      </div>
    </Document>
  );
}

/** Where the person must copy the code from the terminal, the page does not show it. */
function UserCode({ userCode, step }: ApprovalProps): VNode {
  if (step === 'user_code') {
    return (
      <div class="user-code">
        <p>Your terminal shows a code. Type it into this page, so that you decide about the right one.</p>
      </div>
    );
  }
  return (
    <div class="user-code">
      <p>Is this the code in your terminal?</p>
      <output>{userCode}</output>
    </div>
  );
}

function OpenCodeNotice(): VNode {
  return (
    <Notice tone="plain" title="You have a code already">
      <p>Run the command again and type it there. Getting another code makes the first one useless.</p>
    </Notice>
  );
}

function Target(props: ApprovalProps): VNode {
  return (
    <>
      <h2>Connect to</h2>
      <TargetPicker accounts={props.accounts} pickedComputeId={props.picked.computeId} />
      <div class="options">
        <Segments
          name="access"
          legend="Access"
          picked={props.picked.access}
          choices={[
            { value: 'read_write', label: 'Read and write' },
            props.offersReadOnly
              ? { value: 'read_only', label: 'Read only' }
              : { value: 'read_only', label: 'Read only', obstacle: 'No project here has a read-only role.' },
          ]}
        />
        <Segments
          name="remember"
          legend="Let this terminal in"
          picked={props.picked.remember}
          choices={props.rememberChoices.map((value) => ({ value, label: REMEMBER[value] }))}
        />
      </div>
      <details class="more" open={props.picked.database !== '' || props.picked.role !== ''}>
        <summary>Database and role</summary>
        <div class="options">
          <Suggested name="database" label="Database" value={props.picked.database} suggestions={props.databases} />
          <Suggested name="role" label="Database role" value={props.picked.role} suggestions={props.roles} />
        </div>
      </details>
      {props.alsoWaiting.length > 0 && <AlsoWaiting waiting={props.alsoWaiting} />}
      {props.step === 'user_code' && <UserCodeField />}
    </>
  );
}

const REMEMBER = { once: 'Once', '1h': '1 hour', '8h': '8 hours' } as const;

function Decide(props: ApprovalProps): VNode {
  const approve = props.step === 'reverse_code' ? 'Get a code' : 'Approve';
  return (
    <div class="decide">
      <div class="decide-pair">
        {props.accounts.length > 0 && (
          <button class="button primary" type="submit" name="decision" value="approve" data-arm>
            {approve}
          </button>
        )}
        <button class="button danger" type="submit" name="decision" value="deny" formnovalidate>
          Deny
        </button>
      </div>
      <div class="decide-foot">
        <span>
          Expires in{' '}
          <span data-countdown={props.remainingMs} class="mono">
            {minutesAndSeconds(props.remainingMs)}
          </span>
        </span>
        <button class="link-button" type="submit" name="decision" value="report" formnovalidate>
          This was not me
        </button>
      </div>
    </div>
  );
}

function DistanceNotice({
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

function UserCodeField(): VNode {
  return (
    <div class="field">
      <label for="user_code">Code shown in your terminal</label>
      <input
        class="input code"
        id="user_code"
        name="user_code"
        type="text"
        maxlength={16}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        aria-describedby="user_code-help"
        required
      />
      <p class="help" id="user_code-help">
        Eight letters, on the line below the link.
      </p>
    </div>
  );
}

interface SuggestedProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly suggestions: readonly string[];
}

function Suggested({ name, label, value, suggestions }: SuggestedProps): VNode {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        class="input"
        id={name}
        name={name}
        value={value}
        list={`${name}-suggestions`}
        placeholder="Chosen for you"
        maxlength={63}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
      />
      <datalist id={`${name}-suggestions`}>
        {suggestions.map((suggestion) => (
          <option value={suggestion} />
        ))}
      </datalist>
    </div>
  );
}

function AlsoWaiting({ waiting }: { readonly waiting: ApprovalProps['alsoWaiting'] }): VNode {
  const count = waiting.length === 1 ? '1 more connection' : `${waiting.length} more connections`;
  return (
    <div>
      {waiting.map(({ id }) => (
        <input type="hidden" name="waiting_id" value={id} />
      ))}
      <label class="check">
        <input type="checkbox" name="release_waiting" value="yes" />
        <span>
          Let in {count} of this terminal too
          <span class="choice-detail">
            Waiting with the same address, user and application. Codes:{' '}
            {waiting.map(({ userCode }) => userCode).join(', ')}
          </span>
        </span>
      </label>
    </div>
  );
}

function NothingToPick(): VNode {
  return (
    <Notice tone="plain" title="No project is open to you">
      <p>Ask an organization admin to add you or to share a project, then run the command again.</p>
    </Notice>
  );
}

function minutesAndSeconds(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
