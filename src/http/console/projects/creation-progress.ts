// Streams the progress of creating a project to the page's script: one line of JSON for each step,
// and the project's address at the end. Without script the form is answered by a redirect.

import type { CreationStep } from '../../../actions/projects/create-project.ts';
import type { AccountCall } from '../shell/console-call.ts';

const JSON_LINES = 'application/x-ndjson';

export interface CreationProgress {
  /** The first step opens the stream; an earlier refusal is answered as a page. */
  readonly begins: (step: CreationStep) => void;
  readonly isMade: (path: string) => void;
  /**
   * Tells the browser to send the form again without script, to show the reason. Does nothing where
   * no step began.
   */
  readonly hasFailed: () => void;
}

/** Null where no script asked for it. */
export function creationProgress({ request, response }: AccountCall): CreationProgress | null {
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
