// What the form of the approval page has picked when it is shown. Pure.

import type { ApprovalProps } from '../../../web/components/approval/approval-props.ts';
import type { LoginOrigin } from '../../login/request/login-request.ts';
import type { TypedChoice } from './decision-form.ts';
import type { candidatesOf } from './picker-view.ts';

type Candidate = ReturnType<typeof candidatesOf>[number];

/**
 * As it was sent before, else as the person used the target last. An agent reads, also where it
 * said why it wants to write: its person chooses that.
 */
export function pickedChoices(
  typed: TypedChoice | null,
  target: Candidate | undefined,
  { agent = null }: Pick<LoginOrigin, 'agent'>,
): ApprovalProps['picked'] {
  return {
    database: typed?.database ?? '',
    role: typed?.databaseRole ?? '',
    access: typed?.access ?? (agent === null ? accessOf(target) : 'read_only'),
    remember: typed?.remember ?? (agent === null ? 'once' : '15m'),
    forAgent: typed?.forAgent === true,
    confirmWrite: typed?.confirmWrite ?? '',
    releasesWaiting: typed?.releasesWaiting === true,
    waitingCodes: typed?.waitingCodes ?? '',
  };
}

/** Writing to production is chosen each time. */
function accessOf(target: Candidate | undefined): ApprovalProps['picked']['access'] {
  if (target === undefined) return 'read_write';
  const { project, compute } = target;
  const offersReadOnly = compute.roles.some(({ readOnly }) => readOnly);
  if (compute.policy.readOnlyOnly || (project.label === 'production' && offersReadOnly)) return 'read_only';
  return compute.lastUsed?.access ?? 'read_write';
}
