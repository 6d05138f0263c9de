// The errors that may leave the process; others leave as `internal` with a reference to the log.

import { randomBytes } from 'node:crypto';
import type { CorrectingPage, ErrorEntry, ErrorKind } from './error-table/error-entry.ts';
import { ERRORS, type ErrorCode, type ErrorName } from './error-table/error-table.ts';
import { escapeQuotes } from './untrusted-text.ts';

type PlacesIn<Text> = Text extends `${string}{${infer Place}}${infer Rest}` ? Place | PlacesIn<Rest> : never;

type PlacesOf<Name extends ErrorName> =
  | PlacesIn<(typeof ERRORS)[Name]['message']>
  | PlacesIn<Extract<(typeof ERRORS)[Name], { readonly hint: string }>['hint']>;

/** For the log only; never shown. */
type Cause = { readonly cause?: unknown };

/** A parameter for each place of its texts; names that people chose are cleaned where shown. */
export type ErrorOptionsOf<Name extends ErrorName> = [PlacesOf<Name>] extends [never]
  ? [options?: Cause]
  : [options: Cause & { readonly params: Readonly<Record<PlacesOf<Name>, string>> }];

/** Its text may be shown to the client or person. Match on `code`, never on the text. */
export class PosternError<Name extends ErrorName = ErrorName> extends Error {
  readonly code: ErrorCode;
  readonly params: Readonly<Record<string, string>>;
  readonly sqlstate: string;
  readonly httpStatus: number;
  readonly kind: ErrorKind;
  readonly hint: string | null;
  readonly #entry: ErrorEntry;

  constructor(name: Name, ...options: ErrorOptionsOf<Name>);
  constructor(name: Name, options: Cause & { readonly params?: Readonly<Record<string, string>> } = {}) {
    const entry: ErrorEntry = ERRORS[name];
    const params = options.params ?? {};
    super(fill(entry.message, params), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PosternError';
    this.#entry = entry;
    // The table's own words: an entry without a code has its name for one.
    this.code = (entry.code ?? name) as ErrorCode;
    this.params = params;
    this.sqlstate = entry.sqlstate;
    this.httpStatus = entry.httpStatus;
    this.kind = entry.kind;
    this.hint = entry.hint === undefined ? null : fill(entry.hint, params);
  }

  get entry(): ErrorEntry {
    return this.#entry;
  }
}

/** Any other error becomes `internal` with a fresh 6-character reference. */
export function toPosternError(error: unknown): PosternError {
  if (error instanceof PosternError) return error;
  return new PosternError('internal', { params: { reference: newReference() }, cause: error });
}

export function isPosternError(error: unknown, code: ErrorCode): error is PosternError {
  return error instanceof PosternError && error.code === code;
}

/** Whether the person can correct the error on that page, so that the page comes back with it. */
export function isCorrectableOn(page: CorrectingPage, error: unknown): error is PosternError {
  return error instanceof PosternError && (error.entry.correctableOn ?? []).includes(page);
}

/** Message and hint, each parameter cleaned for where they are shown. */
export function wordsOf(
  { entry, params }: PosternError,
  clean: (value: string, name: string) => string,
): { readonly message: string; readonly hint: string | null } {
  const cleaned = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, clean(value, name)]));
  return { message: fill(entry.message, cleaned), hint: entry.hint === undefined ? null : fill(entry.hint, cleaned) };
}

function newReference(): string {
  return randomBytes(5).toString('base64url').slice(0, 6).replaceAll('-', '8').replaceAll('_', '9').toUpperCase();
}

function fill(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/("?)\{(\w+)\}/g, (_place, quote: string, name: string) => {
    const value = params[name] ?? '?';
    return quote + (quote === '' ? value : escapeQuotes(value));
  });
}
