// The one error of this folder: an embedded service cannot run. Its message is written for the operator's terminal.

/** Says what could not be done and what to do about it; `cause` is for the log. */
export class EmbeddedError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EmbeddedError';
  }
}
