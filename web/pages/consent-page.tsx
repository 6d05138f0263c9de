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
  readonly rights: readonly string[];
  readonly mayMakeKeys: boolean;
  /** Why the form came back. */
  readonly problem: string | null;
}

export function ConsentPage(props: ConsentProps): VNode {
  const { frame, path, program, email, host, problem } = props;
  return (
    <Document frame={frame} title={`Let ${program} in?`} width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>
            Let <bdi>{program}</bdi> act for you?
          </h1>
          <p class="lead">
            A program on this computer asks for access as <bdi>{email}</bdi>. Allow it only if you started it a moment
            ago.
          </p>
        </div>
        {problem !== null && <Notice tone="problem" title={problem} />}
        <Rights {...props} />
        <Accounts {...props} />
        <p class="quiet">
          The answer goes to <span class="mono">{host}</span>. The access ends after 30 days without use, after 90 days,
          or when you revoke it under My sessions.
        </p>
        <form class="buttons" method="post" action={path}>
          <CsrfField frame={frame} />
          <button class="button primary wide" type="submit" name="decision" value="allow">
            <span>
              Allow <bdi>{program}</bdi>
            </span>
          </button>
          <button class="button plain wide" type="submit" name="decision" value="deny">
            Deny
          </button>
        </form>
      </div>
    </Document>
  );
}

function Rights({ rights, mayMakeKeys }: ConsentProps): VNode {
  return (
    <section class="stack-tight" aria-labelledby="rights">
      <h2 id="rights">What it can do</h2>
      <ul class="bullet-list">
        <li>Know your name and email</li>
        {rights.map((right) => (
          <li key={right}>{right}</li>
        ))}
        {mayMakeKeys && <li>Create API keys, which stay until you revoke them</li>}
      </ul>
    </section>
  );
}

function Accounts({ organizations, hiddenOrganizations }: ConsentProps): VNode {
  return (
    <section class="stack-tight" aria-labelledby="accounts">
      <h2 id="accounts">Where, as far as you can yourself</h2>
      <ul class="bullet-list">
        <li>Your personal account</li>
        {organizations.map((name) => (
          <li key={name}>
            <bdi>{name}</bdi>
          </li>
        ))}
        {hiddenOrganizations > 0 && <li>{hiddenOrganizations} more organizations</li>}
      </ul>
    </section>
  );
}
