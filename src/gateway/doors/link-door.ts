// The door without a password: shows a link, waits until a person approves it in a browser, and
// uses the approval once. connect-approved.ts decides where the approval leads.

import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { Approval, LoginRequest } from '../../login/request/login-request.ts';
import { parseNetworks } from '../../network-address.ts';
import { expiryNotice, welcomeNotice } from '../client/link-notices.ts';
import { EACH_STEP_NOTICES } from '../client/login-notices.ts';
import type { Admission } from '../session/admission.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { awaitApproval, expiredError } from './await-approval.ts';
import type { LinkDoorParts } from './door-parts.ts';
import { databaseWish, loginOrigin } from './login-origin.ts';
import { releaseLoginRequest } from './release-login-request.ts';

/**
 * Resolves once the login was approved and the approval used; throws why not, with the login
 * request ended or left open.
 */
export async function passLinkDoor(session: LiveSession, parts: LinkDoorParts): Promise<Admission> {
  session.clientWatch.start();
  const { request, loginUrl } = await requestLogin(session, parts);
  try {
    session.signal.throwIfAborted();
    showLink(session, { loginUrl, userCode: request.userCode }, parts);
    const earlyEnd = earlyEndOf(request, loginUrl, parts);
    const { loginRequests, login } = parts;
    const approval = await awaitApproval({ request, loginRequests, ttlMs: login.ttlMs, earlyEnd }, session);
    await useApproval({ request, approval }, session, parts);
    return admissionOf({ request, approval }, session, parts);
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
async function checkInstallationRules({ client }: LiveSession, { login, limits }: LinkDoorParts): Promise<void> {
  const { address } = client.peer;
  const { allowedNetworks } = login;
  if (allowedNetworks.length > 0 && !parseNetworks(allowedNetworks).includes(address)) {
    throw new PosternError('refused_by_policy', { params: { address } });
  }
  if ((await limits.loginRequest(address)) === 'limited') throw new PosternError('too_many_requests');
}

async function openLoginRequest(session: LiveSession, parts: LinkDoorParts) {
  const { loginRequests, publicUrl, login } = parts;
  const opening = loginRequests.open(loginOrigin(session.client, login), { waiting: 'connection' });
  const { request, token } = await opening.catch((error: unknown) => {
    countWaitingLimit(error, parts);
    throw error;
  });
  session.entry.update({ loginRequestId: request.id });
  session.audit.record({ event: 'login.requested', outcome: 'success' });
  return { request, loginUrl: `${publicUrl()}/psql_session/${token.reveal()}` };
}

function countWaitingLimit(error: unknown, { metrics }: LinkDoorParts): void {
  if (isPosternError(error, 'too_many_requests')) metrics.limitHits.inc({ limit: 'waiting_of_address' });
  if (isPosternError(error, 'overloaded')) metrics.limitHits.inc({ limit: 'waiting_in_total' });
}

interface ShownLink {
  readonly loginUrl: string;
  readonly userCode: string;
}

// docs/protocol.md, "Order of messages": nothing that others wrote comes before the URL.
function showLink({ client }: LiveSession, { loginUrl, userCode }: ShownLink, { brand, login }: LinkDoorParts): void {
  client.line.sendAuthenticationOk();
  client.line.sendParameterStatus('postern.login_url', loginUrl);
  client.line.sendParameterStatus('postern.user_code', userCode);
  client.line.sendNotice(welcomeNotice(brand, loginUrl));
  client.line.sendNotice(expiryNotice(login.ttlMs, userCode));
}

/** Clients that show no NOTICE get the link in an error, after a short wait for an approval. */
function earlyEndOf({ origin, userCode }: LoginRequest, loginUrl: string, { login }: LinkDoorParts) {
  if (!origin.noticeBlind) return null;
  const error = new PosternError('approve_and_retry', { params: { url: loginUrl, userCode } });
  return { afterMs: login.noticeBlindMs, error };
}

interface Approved {
  readonly request: LoginRequest;
  readonly approval: Approval;
}

async function useApproval({ request, approval }: Approved, session: LiveSession, parts: LinkDoorParts): Promise<void> {
  const { loginRequests, metrics, clock, login } = parts;
  metrics.approvalSeconds.observe((clock.now().getTime() - request.createdAt.getTime()) / 1_000);
  // NOTE: a terminal that is gone must not use the approval, which would wake and dial a compute
  // for nothing.
  session.signal.throwIfAborted();
  const outcome = await loginRequests.consume(request.id);
  // Redis expires an approval that was not used within a minute.
  if (outcome.kind === 'refused') throw expiredError(login.ttlMs);
  const { userId, computeId, grantId } = approval;
  session.entry.restOn(approval.rightAsOf, { userId, computeId, grantId });
  session.audit.record({ event: 'login.consumed', outcome: 'success' });
}

function admissionOf({ request, approval }: Approved, { client }: LiveSession, parts: LinkDoorParts): Admission {
  return {
    door: 'link',
    resolve: (rights) => resolveTarget(parts.catalogue, approval, rights),
    databaseRole: approval.databaseRole,
    wish: databaseWish(client),
    caps: {},
    notices: EACH_STEP_NOTICES,
    report: progressReporter(request.id, parts),
  };
}
