// A refusal that says more than its text: Neon's bodies for broken limits.

import type { PosternError } from '../../../errors.ts';

/** Leaves as its error does, with `details` beside `code` and `message`. */
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
