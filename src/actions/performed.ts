// What an action that makes something real returns: its result, and the operation that tools can
// list.

import type { Operation } from '../catalogue/projects/operations.ts';

export interface Performed<Result> {
  readonly result: Result;
  readonly operation: Operation;
}

export function performed<Result extends { readonly operation: Operation }>(result: Result): Performed<Result> {
  return { result, operation: result.operation };
}
