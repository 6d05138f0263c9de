// Changes of a compute: what may change, the columns to write, and what the audit trail says.

import type { Updateable } from 'kysely';
import type { BranchId, ComputeId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { EndedAccess } from '../endings/ended-access.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { ComputesTable } from '../tables/projects-and-computes.ts';
import { tlsColumns } from './compute-rows.ts';

export interface ComputeChanges {
  readonly name?: string | null;
  readonly branchId?: BranchId;
  readonly passwordlessAccess?: boolean;
  readonly isDisabled?: boolean;
  readonly autoscalingMinCu?: number;
  readonly autoscalingMaxCu?: number;
  readonly suspendTimeoutSeconds?: number;
  readonly address?: { readonly host: string; readonly port: number };
  readonly tls?: UpstreamTls;
  readonly allowMd5?: boolean;
  readonly allowCleartext?: boolean;
}

/** For the audit trail; only the mode of TLS, since its other settings may contain a key. */
export function changesInWords({ tls, ...rest }: ComputeChanges): string {
  return JSON.stringify({ ...rest, tls: tls?.mode });
}

/** A disabled compute admits nobody; one with links disabled still admits passwords. */
export function endedByChanges({ isDisabled, passwordlessAccess }: ComputeChanges): EndedAccess['kind'] | null {
  if (isDisabled === true) return 'end';
  return passwordlessAccess === false ? 'recheck' : null;
}

export function changedColumns(
  { sealer, clock }: Catalogue,
  { computeId, changes }: { computeId: ComputeId; changes: ComputeChanges },
): Updateable<ComputesTable> {
  const { name, address, tls } = changes;
  return {
    ...(name === undefined ? {} : { name: name === null ? null : requireName(name, 'compute name') }),
    ...(address === undefined ? {} : { host: address.host, port: address.port, is_listed: false }),
    ...(tls === undefined ? {} : tlsColumns(tls, { sealer, computeId })),
    // The query builder omits undefined values.
    branch_id: changes.branchId,
    passwordless_access: changes.passwordlessAccess,
    is_disabled: changes.isDisabled,
    allow_md5: changes.allowMd5,
    allow_cleartext: changes.allowCleartext,
    autoscaling_limit_min_cu: changes.autoscalingMinCu,
    autoscaling_limit_max_cu: changes.autoscalingMaxCu,
    suspend_timeout_seconds: changes.suspendTimeoutSeconds,
    updated_at: clock.now(),
  };
}
