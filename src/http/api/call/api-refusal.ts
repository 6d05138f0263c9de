// An error with further fields in its body: Neon's bodies for broken limits.

import type { PosternError } from '../../../errors.ts';

/** Answered like its error, with `details` beside `code` and `message`. */
export class ApiRefusal extends Error {
  readonly error: PosternError;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(error: PosternError, details: Readonly<Record<string, unknown>>) {
    super(error.message);
    this.name = 'ApiRefusal';
    this.error = error;
    this.details = details;
  }
}
