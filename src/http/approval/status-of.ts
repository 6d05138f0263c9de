// What became of a login request, with what the person may still do about it.

import type { StatusView } from '../../../web/components/approval/connection-status.tsx';
import { rememberOffers } from '../../login/decide/remember-approval.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import type { ApprovalParts } from './approval-parts.ts';
import { connectionView } from './connection-view.ts';

/** Null while it is undecided. */
export async function statusOf(
  { services, psqlCommand }: Pick<ApprovalParts, 'services' | 'psqlCommand'>,
  request: LoginRequest,
): Promise<StatusView | null> {
  const { approval, progress } = request;
  const isRemembered = progress.kind === 'connected' && approval !== null && approval.remember !== 'once';
  const grantId = isRemembered ? approval.grantId : null;
  const [grant, offers] = await Promise.all([
    grantId === null ? null : services.grants.get(grantId),
    rememberOffers(services, request),
  ]);
  const remembered = grant === null ? null : { until: grant.until, id: grant.id };
  return connectionView(request, { psqlCommand, remembered, offers, now: services.clock.now() });
}
