// Tells the page's script how far the making of a project has come: one line of JSON per step, as
// it begins, and where the project is in the end. Without script the form is answered by a redirect
// as every other.

import type { CreationStep } from '../../../actions/projects/create-project.ts';
import type { AccountVisit } from '../shell/visit.ts';

const JSON_LINES = 'application/x-ndjson';

export interface CreationProgress {
  /** The first one opens the stream: what is refused before it is answered as a page. */
  readonly begins: (step: CreationStep) => void;
  readonly isMade: (path: string) => void;
  /**
   * What was begun has been undone; the browser sends the form anew and is shown why. Nothing where
   * nothing was begun.
   */
  readonly hasFailed: () => void;
}

/** Null where no script asks for it. */
export function creationProgress({ request, response }: AccountVisit): CreationProgress | null {
  if (request.get('accept') !== JSON_LINES) return null;
  const line = (news: object) => response.write(`${JSON.stringify(news)}\n`);
  return {
    begins: (step) => {
      if (!response.headersSent) response.writeHead(200, { 'Content-Type': JSON_LINES, 'X-Accel-Buffering': 'no' });
      line({ step });
    },
    isMade: (path) => {
      line({ made: path });
      response.end();
    },
    hasFailed: () => {
      if (!response.headersSent) return;
      line({ failed: true });
      response.end();
    },
  };
}
