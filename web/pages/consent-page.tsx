// Asks whether a program may act for the person: which one, in which accounts, and what it may do.

import type { VNode } from 'preact';
import { Notice } from '../components/notice.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ConsentProps {
  readonly frame: PageFrame;
  readonly path: string;
  readonly program: string;
  readonly email: string;
  /** Where the answer goes, on the person's own machine. */
  readonly host: string;
  readonly organizations: readonly string[];
  /** The number of further ones. */
  readonly hiddenOrganizations: number;
  /** By thing; besides name and email. */
  readonly rights: ReadonlyArray<{
    readonly thing: string;
    readonly detail: string;
    readonly verbs: ReadonlyArray<{ readonly word: string; readonly weight: 'light' | 'heavy' }>;
  }>;
  /** Why the form came back. */
  readonly problem: string | null;
}

export function ConsentPage(props: ConsentProps): VNode {
  const { frame, path, program, email, host, problem } = props;
  return (
    <Document frame={frame} title={`Let ${program} in?`} width="narrow" islands={['decide']} styles={['status']}>
      <div class="card stack consent">
        <div class="consent-head">
          <span class="consent-mark" aria-hidden="true">
            {[...program][0]?.toUpperCase()}
          </span>
          <div class="stack-tight">
            <h1>
              Let <bdi>{program}</bdi> act for you?
            </h1>
            <p class="lead">
              A program on this computer asks for access as <bdi>{email}</bdi>. Allow it only if you started it a moment
              ago.
            </p>
          </div>
        </div>
        {problem !== null && <Notice tone="problem" title={problem} />}
        <Rights {...props} />
        <Accounts {...props} />
        <p class="quiet">
          The answer goes to <span class="mono">{host}</span>. The access ends after 30 days without use, after 90 days,
          or when you revoke it under My sessions.
        </p>
        <form class="decide-pair" method="post" action={path}>
          <CsrfField frame={frame} />
          <button class="button primary" type="submit" name="decision" value="allow" data-armed>
            <span>
              Allow<bdi class="visually-hidden"> {program}</bdi>
            </span>
          </button>
          <button class="button refuse" type="submit" name="decision" value="deny">
            Deny
          </button>
        </form>
      </div>
    </Document>
  );
}

function Rights({ rights }: ConsentProps): VNode {
  return (
    <section class="stack-tight" aria-labelledby="rights">
      <h2 id="rights">What it can do</h2>
      <dl class="consent-rights">
        {rights.map(({ thing, detail, verbs }) => (
          <div key={thing}>
            <dt>
              {thing}
              <small>{detail}</small>
            </dt>
            <dd>
              {verbs.map(({ word, weight }) => (
                <span key={word} class={weight === 'heavy' ? 'pill caution' : 'pill'}>
                  {word}
                </span>
              ))}
            </dd>
          </div>
        ))}
        <div>
          <dt>You</dt>
          <dd>
            <span class="pill">Know your name and email</span>
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Accounts({ organizations, hiddenOrganizations }: ConsentProps): VNode {
  return (
    <p>
      In your personal account
      {organizations.map((name) => (
        <>
          , <bdi>{name}</bdi>
        </>
      ))}
      {hiddenOrganizations > 0 && ` and ${hiddenOrganizations} more organizations`}, as far as you can yourself.
    </p>
  );
}
