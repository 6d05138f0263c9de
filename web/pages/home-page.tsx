// The start page of a signed-in person: the psql command, whether a terminal has come, what there
// is to connect to, and an operator's first steps.

import type { VNode } from 'preact';
import { CopyLine } from '../components/copy-line.tsx';
import { FirstTerminal } from '../components/first-terminal.tsx';
import { Document } from '../layout/document.tsx';
import { CheckSign } from '../layout/icons.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface HomeStep {
  readonly label: string;
  readonly href: string;
  readonly isDone: boolean;
}

export interface HomeProps {
  readonly frame: PageFrame;
  /** The psql command line with this installation's host. */
  readonly command: string;
  /** Of the projects that the person can connect to, last used first. */
  readonly projects: readonly string[];
  /** Whether the person has ever approved a terminal. */
  readonly hasConnected: boolean;
  /** Of an operator, until all are done. */
  readonly steps: readonly HomeStep[];
}

const RELOAD_SECONDS = 5;

export function HomePage({ frame, command, projects, hasConnected, steps }: HomeProps): VNode {
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
        {steps.some(({ isDone }) => !isDone) && <Steps steps={steps} />}
        <a class="button plain" href="/app">
          Open the console
        </a>
      </div>
    </Document>
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
