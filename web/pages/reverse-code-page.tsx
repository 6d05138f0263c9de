// The reverse code: six digits that the person types into the terminal, which proves that it is the
// person's own.

import type { VNode } from 'preact';
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
            Run the same command again, psql with <code>-W</code>. It asks for a password: answer with these digits.
          </p>
        </div>
        <output class="reverse-code">{`${digits.slice(0, 3)} ${digits.slice(3)}`}</output>
        <p>
          <strong>Type this only into your own terminal.</strong> Nobody from support will ask for it.
        </p>
        <p class="quiet">
          Valid for{' '}
          <span class="mono" data-countdown={remainingMs}>
            {Math.ceil(remainingMs / 1_000)} seconds
          </span>
          .
        </p>
        <button class="button plain wide" type="submit" name="decision" value="deny">
          I did not start this: deny
        </button>
      </form>
    </Document>
  );
}
