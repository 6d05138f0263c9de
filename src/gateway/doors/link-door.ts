// The door without a password: shows a link, waits for a person's approval, and uses it once.

import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { Approval, LoginRequest } from '../../login/request/login-request.ts';
import { parseNetworks } from '../../network-address.ts';
import { EACH_STEP_NOTICES, expiryNotice, welcomeNotice } from '../client/link-notices.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { awaitApproval, expiredError } from './await-approval.ts';
import { approvedWish, loginOrigin } from './login-origin.ts';
import { releaseLoginRequest } from './release-login-request.ts';

type LinkDoorParts = Pick<
  GatewayParts,
  'catalogue' | 'clock' | 'config' | 'limits' | 'log' | 'loginRequests' | 'metrics' | 'publicUrl'
>;

/** Throws why there is no approval, with the login request ended or left open. */
export async function passLinkDoor(session: LiveSession, parts: LinkDoorParts): Promise<Admission> {
  session.clientWatch.start();
  const { request, loginUrl } = await requestLogin(session, parts);
  try {
    session.signal.throwIfAborted();
    showLink(session, { loginUrl, userCode: request.userCode }, parts);
    const earlyEnd = earlyEndOf(request, loginUrl, parts);
    const { catalogue, loginRequests } = parts;
    const { ttlMs } = parts.config.login;
    const approval = await awaitApproval({ request, loginRequests, ttlMs, earlyEnd }, session);
    await useApproval({ request, approval }, session, parts);
    return {
      door: 'link',
      resolve: (rights) => resolveTarget(catalogue, approval, rights),
      databaseRole: approval.databaseRole,
      wish: approvedWish(session.client, approval),
      notices: EACH_STEP_NOTICES,
      report: progressReporter(request.id, parts),
    };
  } catch (error) {
    await releaseLoginRequest(request, error, { session, parts });
    throw error;
  }
}

async function requestLogin(session: LiveSession, parts: LinkDoorParts) {
  try {
    await checkInstallationRules(session, parts);
    session.signal.throwIfAborted();
    return await openLoginRequest(session, parts);
  } catch (error) {
    if (error instanceof PosternError && (error.kind === 'policy' || error.kind === 'limit')) {
      session.audit.record({ event: 'login.refused', outcome: 'refused', reason: error.code });
    }
    throw error;
  }
}

// The installation's own rules; those of an account are checked when one is chosen, and before the
// dial.
async function checkInstallationRules({ client }: LiveSession, { config, limits }: LinkDoorParts): Promise<void> {
  const { address } = client.peer;
  const { allowedNetworks } = config.login;
  if (allowedNetworks.length > 0 && !parseNetworks(allowedNetworks).includes(address)) {
    throw new PosternError('refused_by_policy', { params: { address } });
  }
  if ((await limits.loginRequest(address)) !== 'allowed') throw new PosternError('too_many_requests');
}

async function openLoginRequest(session: LiveSession, parts: LinkDoorParts) {
  const { config, loginRequests, metrics, publicUrl } = parts;
  const origin = await loginOrigin(session.client, config.login);
  const opening = loginRequests.open(origin, { waiting: 'connection' });
  const { request, token } = await opening.catch((error: unknown) => {
    if (isPosternError(error, 'too_many_requests')) metrics.limitHits.inc({ limit: 'waiting_of_address' });
    if (isPosternError(error, 'overloaded')) metrics.limitHits.inc({ limit: 'waiting_in_total' });
    throw error;
  });
  session.entry.update({ loginRequestId: request.id });
  session.audit.record({ event: 'login.requested', outcome: 'success' });
  return { request, loginUrl: `${publicUrl()}/psql_session/${token.reveal()}` };
}

// docs/protocol.md, "Order of messages": nothing that others wrote comes before the URL.
function showLink(
  { client: { line } }: LiveSession,
  { loginUrl, userCode }: { readonly loginUrl: string; readonly userCode: string },
  { config }: LinkDoorParts,
): void {
  line.sendAuthenticationOk();
  line.sendParameterStatus('postern.login_url', loginUrl);
  line.sendParameterStatus('postern.user_code', userCode);
  line.sendNotice(welcomeNotice(config.brand, loginUrl));
  line.sendNotice(expiryNotice(config.login.ttlMs, userCode));
}

/** Clients that show no NOTICE get the link in an error, after a short wait for an approval. */
function earlyEndOf({ origin, userCode }: LoginRequest, loginUrl: string, { config }: LinkDoorParts) {
  if (!origin.noticeBlind) return null;
  const error = new PosternError('approve_and_retry', { params: { url: loginUrl, userCode } });
  return { afterMs: config.login.noticeBlindMs, error };
}

async function useApproval(
  { request, approval }: { readonly request: LoginRequest; readonly approval: Approval },
  session: LiveSession,
  { clock, config, loginRequests, metrics }: LinkDoorParts,
): Promise<void> {
  metrics.approvalSeconds.observe((clock.now().getTime() - request.createdAt.getTime()) / 1_000);
  // NOTE: a terminal that is gone must not use the approval, which would wake and dial a compute
  // for nothing.
  session.signal.throwIfAborted();
  const outcome = await loginRequests.consume(request.id);
  // Redis expires an approval that was not used within a minute.
  if (outcome.kind === 'refused') throw expiredError(config.login.ttlMs);
  const { userId, computeId, grantId } = approval;
  session.entry.restOn(approval.rightAsOf, { userId, computeId, grantId });
  session.audit.record({ event: 'login.consumed', outcome: 'success' });
}
