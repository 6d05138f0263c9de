// The reverse code: digits that the person types into the terminal, which proves that it is
// the person's own.

import type { VNode } from 'preact';
import { TimeLeft } from '../components/approval/code-ring.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ReverseCodeProps {
  readonly frame: PageFrame;
  readonly path: string;
  readonly digits: string;
  readonly remainingMs: number;
}

export function ReverseCodePage({ frame, path, digits, remainingMs }: ReverseCodeProps): VNode {
  return (
    <Document frame={frame} title="Type the code into your terminal" width="narrow" islands={['decide']}>
      <form class="card stack" method="post" action={path} data-decide={path}>
        <CsrfField frame={frame} />
        <div class="stack-tight">
          <h1>Type this code into your terminal</h1>
          <p class="lead">
            Run the same command again, psql with <code>-W</code>. When it asks for a password, type these digits.
          </p>
        </div>
        <output class="reverse-code">{inGroups(digits)}</output>
        {isLong(digits) && (
          <p class="quiet">It is longer than usual, since wrong codes came from your address within the last hour.</p>
        )}
        <p>
          <strong>Type this only into your own terminal.</strong> Nobody from support will ask for it.
        </p>
        <p class="quiet">
          <TimeLeft remainingMs={remainingMs} />
        </p>
        <button class="button plain wide" type="submit" name="decision" value="deny">
          I didn’t start this. Deny
        </button>
      </form>
    </Document>
  );
}

/** After wrong answers used up a shorter one. */
function isLong(digits: string): boolean {
  return digits.length > 6;
}

function inGroups(digits: string): string {
  return digits.replace(isLong(digits) ? /\d{4}(?=\d)/g : /\d{3}(?=\d)/g, '$& ');
}
