// The errors that may leave the process: one class over the closed table of error-table.ts. Any other error leaves as
// `internal` with a reference that finds it in the log.

import { randomBytes } from 'node:crypto';
import { ERRORS, type ErrorEntry, type ErrorKind } from './error-table.ts';

export type ErrorCode = keyof typeof ERRORS;

export interface PosternErrorOptions {
  /** Fills the `{name}` places of the message and hint; names of others are cleaned where the text is shown. */
  readonly params?: Readonly<Record<string, string>>;
  /** For the log only; never shown. */
  readonly cause?: unknown;
}

/** An error whose text may be shown to whoever caused it. Match on `code`, never on the text. */
export class PosternError extends Error {
  readonly code: ErrorCode;
  readonly params: Readonly<Record<string, string>>;
  readonly sqlstate: string;
  readonly httpStatus: number;
  readonly kind: ErrorKind;
  readonly hint: string | null;

  constructor(code: ErrorCode, options: PosternErrorOptions = {}) {
    const found: ErrorEntry = ERRORS[code];
    const params = options.params ?? {};
    super(fill(found.message, params), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PosternError';
    this.code = code;
    this.params = params;
    this.sqlstate = found.sqlstate;
    this.httpStatus = found.httpStatus;
    this.kind = found.kind;
    this.hint = found.hint === null ? null : fill(found.hint, params);
  }
}

/** Passes a PosternError through; wraps anything else as `internal` with a fresh 6-character reference. */
export function toPosternError(error: unknown): PosternError {
  if (error instanceof PosternError) return error;
  return new PosternError('internal', { params: { reference: newReference() }, cause: error });
}

/** True when the given value is a PosternError with that code. */
export function isPosternError(error: unknown, code: ErrorCode): error is PosternError {
  return error instanceof PosternError && error.code === code;
}

/** Message and hint with the values of others cleaned for where they are shown. */
export function wordsOf(
  { code, params }: PosternError,
  clean: (value: string, name: string) => string,
): { readonly message: string; readonly hint: string | null } {
  const { message, hint }: ErrorEntry = ERRORS[code];
  const cleaned = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, clean(value, name)]));
  return { message: fill(message, cleaned), hint: hint === null ? null : fill(hint, cleaned) };
}

function newReference(): string {
  return randomBytes(5).toString('base64url').slice(0, 6).replaceAll('-', '8').replaceAll('_', '9').toUpperCase();
}

function fill(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_place, name: string) => params[name] ?? '?');
}
