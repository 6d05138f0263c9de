// Changes of a compute: what may change, and the columns to write. Its address is not among them:
// another one is another compute, and comes by those who may add it.

import type { Updateable } from 'kysely';
import type { EndedAccess } from '../endings/ended-access.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { ComputesTable } from '../tables/projects-and-computes.ts';

export interface ComputeChanges {
  readonly name?: string | null;
  readonly passwordlessAccess?: boolean;
  readonly isDisabled?: boolean;
  readonly autoscalingMinCu?: number;
  readonly autoscalingMaxCu?: number;
  readonly suspendTimeoutSeconds?: number;
}

/** A disabled compute admits nobody; one with links disabled still admits passwords. */
export function endedByChanges({ isDisabled, passwordlessAccess }: ComputeChanges): EndedAccess['kind'] | null {
  if (isDisabled === true) return 'end';
  return passwordlessAccess === false ? 'recheck' : null;
}

export function changedColumns(
  { clock }: Pick<Catalogue, 'clock'>,
  changes: ComputeChanges,
): Updateable<ComputesTable> {
  const { name } = changes;
  return {
    ...(name === undefined ? {} : { name: name === null ? null : requireName(name, 'compute name') }),
    // The query builder omits undefined values.
    passwordless_access: changes.passwordlessAccess,
    is_disabled: changes.isDisabled,
    autoscaling_limit_min_cu: changes.autoscalingMinCu,
    autoscaling_limit_max_cu: changes.autoscalingMaxCu,
    suspend_timeout_seconds: changes.suspendTimeoutSeconds,
    updated_at: clock.now(),
  };
}
