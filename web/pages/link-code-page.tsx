// Where a person types the code of a terminal whose link cannot be clicked.

import type { VNode } from 'preact';
import { CodeInput } from '../components/approval/code-input.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface LinkCodeProps {
  readonly frame: PageFrame;
  readonly problem: string | null;
  readonly typed: string;
  readonly sentBy: 'person' | 'another_site';
}

export function LinkCodePage({ frame, problem, typed, sentBy }: LinkCodeProps): VNode {
  return (
    <Document frame={frame} title="Connect a terminal" width="narrow" islands={['decide']}>
      <form class="card stack" method="post" action="/link">
        <CsrfField frame={frame} />
        <div class="stack-tight">
          <h1>Connect a terminal</h1>
          <p class="lead">
            {sentBy === 'person'
              ? 'Can’t click the link? Enter the code that stands below it.'
              : 'Another site sent you here. Enter the code that stands below the link in your own terminal.'}
          </p>
        </div>
        <div class="user-code">
          <CodeInput problem={problem} value={typed} />
          <p id="user_code-help">Eight letters, like BCDF-GHJK</p>
        </div>
        <button class="button primary wide" type="submit" data-armed>
          Continue
        </button>
        <p class="quiet">Only enter a code that your own terminal shows. If someone gave it to you, don’t.</p>
      </form>
    </Document>
  );
}
