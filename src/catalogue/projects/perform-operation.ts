// Writes down what is done to a project for real, as an operation with its duration and outcome. A refusal is no operation.

import { PosternError } from '../../errors.ts';
import type { BranchId, ComputeId, ProjectId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { createOperation, type Operation, type OperationAction } from './operations.ts';

export interface OperationPlace {
  readonly projectId: ProjectId;
  readonly branchId?: BranchId;
  readonly computeId?: ComputeId;
}

/** Runs the deed; throws what it throws, after writing down a failure that is not the caller's own. */
export async function performOperation<Result>(
  catalogue: Catalogue,
  operation: OperationPlace & { readonly action: OperationAction },
  deed: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly operation: Operation }> {
  const startedAt = performance.now();
  const row = { branchId: null, computeId: null, ...operation };
  const write = (end: { status: 'finished' | 'failed'; error?: string }) =>
    createOperation(catalogue, { ...row, ...end, totalDurationMs: performance.now() - startedAt });
  try {
    const result = await deed();
    return { result, operation: await write({ status: 'finished' }) };
  } catch (error) {
    const isRefusal = error instanceof PosternError && error.httpStatus < 500;
    if (!isRefusal)
      await write({ status: 'failed', error: error instanceof PosternError ? error.message : 'internal error' });
    throw error;
  }
}
