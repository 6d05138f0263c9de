// The question before "this was not me" is reported: what will happen, and a way back.

import type { VNode } from 'preact';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ReportProps {
  readonly frame: PageFrame;
  readonly path: string;
  readonly address: string;
}

export function ReportPage({ frame, path, address }: ReportProps): VNode {
  const question = `Report and block ${address}?`;
  return (
    <Document frame={frame} title={question} width="narrow" islands={['decide']}>
      <form class="card stack" method="post" action={path} data-decide={path}>
        <CsrfField frame={frame} />
        <div class="stack-tight">
          <h1>{question}</h1>
          <p class="lead">Do this if somebody else asked to connect as you.</p>
        </div>
        <ul>
          <li>Nobody gets in, and the terminal is told.</li>
          <li>Links from {address} won’t work for you for 15 minutes, not even your own.</li>
          <li>Your admins are told.</li>
        </ul>
        <div class="decide-pair">
          <button class="button refuse" type="submit" name="decision" value="report" data-armed>
            Report and block
          </button>
          <a class="button plain" href={path}>
            Cancel
          </a>
        </div>
      </form>
    </Document>
  );
}
