// The errors of the embedded services: the one that they throw, whose message is written for the
// operator's terminal, and the system's, told apart by their code.

/** Says what could not be done and what to do about it; `cause` is for the log. */
export class EmbeddedError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EmbeddedError';
  }
}

/** Whether a thrown value is the system's error of that code, such as `ENOENT`. */
export function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
