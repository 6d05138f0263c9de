// What the error table says of each error.

/** What went wrong, for metrics: whose doing it was. */
export type ErrorKind = 'client' | 'person' | 'policy' | 'limit' | 'upstream' | 'service';

/** A page that shows an error above its own form, so that the person can correct it. */
export type CorrectingPage = 'approval' | 'console';

export interface ErrorEntry {
  /** The code that programs see, when several entries share one; absent: the name of the entry. */
  readonly code?: string;
  /** PostgreSQL documentation, "PostgreSQL Error Codes": five characters. */
  readonly sqlstate: string;
  readonly httpStatus: number;
  readonly kind: ErrorKind;
  /** PostgreSQL's style: lower case, no final period; each `{name}` is filled from a parameter. */
  readonly message: string;
  /** A full sentence that says what to do next; absent: there is nothing to do. */
  readonly hint?: string;
  /** Where a person can correct the error; every other page gives way to an error page. */
  readonly correctableOn?: readonly CorrectingPage[];
  /** Answers that come in floods get no line in the log and none in the audit trail. */
  readonly isCheap?: true;
  /** The level at which the end of a connection is logged; absent: `info`. */
  readonly logLevel?: 'warn' | 'error';
  /** An approval then lets the next connection in. */
  readonly keepsLoginRequest?: true;
}

/** Rows that differ in their message only. */
export function entriesOf<const Shared extends Omit<ErrorEntry, 'message'>>(shared: Shared) {
  return <const Message extends string>(message: Message) => ({ ...shared, message });
}

export const client = entriesOfKind('client');
export const person = entriesOfKind('person');
export const policy = entriesOfKind('policy');
export const limit = entriesOfKind('limit');
export const upstream = entriesOfKind('upstream');
export const service = entriesOfKind('service');

function entriesOfKind(kind: ErrorKind) {
  return <const Rest extends Omit<ErrorEntry, 'sqlstate' | 'httpStatus' | 'kind'>>(
    sqlstate: string,
    httpStatus: number,
    rest: Rest,
  ) => ({ sqlstate, httpStatus, kind, ...rest });
}
