// The start page of a signed-in person: the psql command to type.

import type { VNode } from 'preact';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface HomeProps {
  readonly frame: PageFrame;
  /** The psql command line with this installation's host. */
  readonly command: string;
  readonly projectCount: number;
}

export function HomePage({ frame, command, projectCount }: HomeProps): VNode {
  return (
    <Document frame={frame} title="Home" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>You are signed in</h1>
          <p class="lead">
            Type this in a terminal. It shows a link; open it here, pick a project, and you are connected.
          </p>
        </div>
        <code class="command">{command}</code>
        <p class="quiet">
          Can’t click the link? <a href="/link">Enter its code</a>
        </p>
        <p class="quiet">{projectsInWords(projectCount)}</p>
        <a class="button primary" href="/app">
          Open the console
        </a>
      </div>
    </Document>
  );
}

function projectsInWords(count: number): string {
  if (count === 0) return 'No project is open to you yet. An organization admin can add you or share one.';
  return count === 1 ? 'One project is open to you.' : `${count} projects are open to you.`;
}
