// The start page of a signed-in person: the psql command, whether a terminal has come, what there
// is to connect to, and an operator's first steps.

import type { VNode } from 'preact';
import { CopyLine } from '../components/copy-line.tsx';
import { FirstTerminal } from '../components/first-terminal.tsx';
import { SecondFactorNotice } from '../components/second-factor-notice.tsx';
import { Document } from '../layout/document.tsx';
import { CheckSign } from '../layout/icons.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface HomeStep {
  readonly label: string;
  readonly href: string;
  readonly isDone: boolean;
}

/** One that the person has opened and not decided about. */
export interface WaitingTerminal {
  readonly href: string;
  readonly asker: string;
  readonly address: string;
  readonly age: string;
}

export interface HomeProps {
  readonly frame: PageFrame;
  /** The psql command line with this installation's host. */
  readonly command: string;
  /** Of the projects that the person can connect to, last used first. */
  readonly projects: readonly string[];
  /** Whether the person has ever approved a terminal. */
  readonly hasConnected: boolean;
  readonly waiting: readonly WaitingTerminal[];
  /** Organizations that ask for a second factor first, by name. */
  readonly demandedBy: readonly string[];
  readonly secondFactorPath: string;
  /** False for somebody who came by the set-up link and has chosen no way to sign in yet. */
  readonly canSignInAgain: boolean;
  /** Of an operator, until all are done. */
  readonly steps: readonly HomeStep[];
}

const RELOAD_SECONDS = 5;

export function HomePage(props: HomeProps): VNode {
  const { frame, command, projects, hasConnected, waiting, canSignInAgain, steps } = props;
  const { demandedBy, secondFactorPath } = props;
  const isFirst = !hasConnected && projects.length > 0;
  return (
    <Document
      frame={frame}
      title="Home"
      width="narrow"
      styles={['console']}
      islands={isFirst ? ['console', 'first-terminal'] : ['console']}
      {...(isFirst ? { refreshSeconds: RELOAD_SECONDS } : {})}
    >
      <div class="card stack">
        {waiting.length > 0 && <Waiting terminals={waiting} />}
        <div class="stack-tight">
          <h1>{isFirst ? 'You’re in. Connect your first terminal' : 'Connect from a terminal'}</h1>
          <p class="lead">It prints a link. Open it, choose a project, done.</p>
        </div>
        <CopyLine text={command} what="psql command" />
        {isFirst && (
          <div data-first-terminal role="status">
            <FirstTerminal hasConnected={false} />
          </div>
        )}
        <p class="quiet">
          Can’t click the link? <a href="/link">Enter its code</a>
        </p>
        <p class="quiet">
          <Projects names={projects} />
        </p>
        {demandedBy.length > 0 && (
          <SecondFactorNotice names={demandedBy}>
            <a class="button plain" href={secondFactorPath}>
              Add a second factor
            </a>
          </SecondFactorNotice>
        )}
        {!canSignInAgain && <ChooseSignIn />}
        {steps.some(({ isDone }) => !isDone) && <Steps steps={steps} />}
        <a class="button plain" href="/app">
          Open the console
        </a>
      </div>
    </Document>
  );
}

function ChooseSignIn(): VNode {
  return (
    <section class="notice plain" aria-labelledby="sign-in-next-time">
      <strong id="sign-in-next-time">How will you sign in next time?</strong>
      <span>So far only this browser knows you. It takes a moment.</span>
      <p class="notice-actions">
        <a class="button plain" href="/app/me/security">
          Add a passkey
        </a>
        <a class="button plain" href="/app/me/profile#password">
          Set a password
        </a>
      </p>
    </section>
  );
}

function Waiting({ terminals }: { readonly terminals: readonly WaitingTerminal[] }): VNode {
  return (
    <section class="stack-tight" aria-label="Waiting for you">
      {terminals.map(({ href, asker, address, age }) => (
        <a key={href} class="button primary home-decide" href={href}>
          {asker} at {address} is waiting ({age}). Decide
        </a>
      ))}
    </section>
  );
}

function Projects({ names }: { readonly names: readonly string[] }): VNode {
  const [first] = names;
  if (first === undefined) return <>You have no project yet. Create one, or ask an admin to invite you.</>;
  if (names.length > 1) return <>You have {names.length} projects.</>;
  return (
    <>
      You can connect to{' '}
      <strong>
        <bdi>{first}</bdi>
      </strong>
      .
    </>
  );
}

function Steps({ steps }: Pick<HomeProps, 'steps'>): VNode {
  return (
    <section class="stack-tight" aria-labelledby="first-steps">
      <h2 id="first-steps">First steps</h2>
      <ul class="home-steps">
        {steps.map(({ label, href, isDone }) => (
          <li class={isDone ? 'done' : ''}>
            <span class="home-step-sign">{isDone && <CheckSign />}</span>
            <a href={href}>{label}</a>
            <span class="visually-hidden">{isDone ? ' (done)' : ' (to do)'}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
