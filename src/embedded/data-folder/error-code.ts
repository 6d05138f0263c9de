// Tells the system's errors apart by their code.

/** Whether a thrown value is the system's error of that code, such as `ENOENT`. */
export function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
