// The errors of the embedded services, written for the operator's terminal, and the system's.

/** Says what could not be done and what to do about it; `cause` is for the log. */
export class EmbeddedError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EmbeddedError';
  }
}

export function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
