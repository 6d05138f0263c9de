// Projects that filled a table of locks twice within minutes, and may not connect for a while.

import { PosternError } from '../../errors.ts';
import type { ProjectId } from '../../ids.ts';

export class RefusedProjects {
  readonly #count: (projectId: ProjectId) => Promise<number>;
  readonly #until = new Map<ProjectId, number>();

  /** `count` is asked once each time: for how many milliseconds it is refused, 0 for not at all. */
  constructor(count: (projectId: ProjectId) => Promise<number>) {
    this.#count = count;
  }

  /** Resolves to the milliseconds for which the project is refused from now on. */
  async countFilled(projectId: ProjectId): Promise<number> {
    const refusedMs = await this.#count(projectId);
    if (refusedMs > 0) this.#until.set(projectId, performance.now() + refusedMs);
    return refusedMs;
  }

  /** Throws `lock_table_filled`. */
  requireAdmitted(projectId: ProjectId): void {
    const leftMs = (this.#until.get(projectId) ?? 0) - performance.now();
    if (leftMs <= 0) {
      this.#until.delete(projectId);
      return;
    }
    throw new PosternError('lock_table_filled', { params: { seconds: String(Math.ceil(leftMs / 1_000)) } });
  }
}
