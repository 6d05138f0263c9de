// The door without a password: shows a link, waits until a person approves it in a browser, and uses the approval once.
// Where the approval leads is connect-approved's business.

import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { Approval, LoginRequest } from '../../login/request/login-request.ts';
import { parseNetworks } from '../../network-address.ts';
import { expiryNotice, welcomeNotice } from '../client/link-notices.ts';
import { TELL_EACH_STEP } from '../client/narration.ts';
import { auditConnection } from '../session/audit-connection.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Passage } from '../session/passage.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { awaitApproval, expiredError } from './await-approval.ts';
import { leaveLoginRequest } from './leave-login-request.ts';
import { databaseWish, loginOrigin } from './login-origin.ts';

/** Resolves once the login was approved and the approval used; throws why not, with the login request ended or left open. */
export async function passLinkDoor(session: LiveSession, parts: GatewayParts): Promise<Passage> {
  session.watchClient();
  const { request, loginUrl } = await askForLogin(session, parts);
  try {
    session.signal.throwIfAborted();
    showLink(session, { loginUrl, userCode: request.userCode }, parts);
    const impatience = impatienceOf(request, loginUrl, parts);
    const { loginRequests, config } = parts;
    const approval = await awaitApproval({ request, loginRequests, ttlMs: config.login.ttlMs, impatience }, session);
    await useApproval({ request, approval }, session, parts);
    return passageOf({ request, approval }, session, parts);
  } catch (error) {
    await leaveLoginRequest(request, error, { session, parts });
    throw error;
  }
}

async function askForLogin(session: LiveSession, parts: GatewayParts) {
  try {
    await refuseBeforeAsking(session, parts);
    session.signal.throwIfAborted();
    return await openLoginRequest(session, parts);
  } catch (error) {
    if (error instanceof PosternError && (error.kind === 'policy' || error.kind === 'limit')) {
      auditConnection(session, parts, { event: 'login.refused', outcome: 'refused', reason: error.code });
    }
    throw error;
  }
}

// The installation's own rules; those of an account are checked when one is chosen, and before the dial.
async function refuseBeforeAsking({ client }: LiveSession, { config, limits }: GatewayParts): Promise<void> {
  const { address } = client.peer;
  const { allowedNetworks } = config.login;
  if (allowedNetworks.length > 0 && !parseNetworks(allowedNetworks).includes(address)) {
    throw new PosternError('refused_by_policy', { params: { address } });
  }
  if ((await limits.loginRequest(address)) === 'limited') throw new PosternError('too_many_requests');
}

async function openLoginRequest(session: LiveSession, parts: GatewayParts) {
  const { loginRequests, publicUrl } = parts;
  const opening = loginRequests.open(loginOrigin(session.client, parts.config.login), { waiting: 'connection' });
  const { request, token } = await opening.catch((error: unknown) => {
    countWaitingLimit(error, parts);
    throw error;
  });
  session.learn({ loginRequestId: request.id });
  auditConnection(session, parts, { event: 'login.requested', outcome: 'success' });
  return { request, loginUrl: `${publicUrl()}/psql_session/${token.reveal()}` };
}

function countWaitingLimit(error: unknown, { metrics }: GatewayParts): void {
  if (isPosternError(error, 'too_many_requests')) metrics.limitHits.inc({ limit: 'waiting_of_address' });
  if (isPosternError(error, 'overloaded')) metrics.limitHits.inc({ limit: 'waiting_in_total' });
}

interface ShownLink {
  readonly loginUrl: string;
  readonly userCode: string;
}

// docs/protocol.md, "Order of messages": nothing that others wrote comes before the URL.
function showLink({ client }: LiveSession, { loginUrl, userCode }: ShownLink, { config }: GatewayParts): void {
  client.line.welcome();
  client.line.report('postern.login_url', loginUrl);
  client.line.report('postern.user_code', userCode);
  client.line.tell(welcomeNotice(config.brand, loginUrl));
  client.line.tell(expiryNotice(config.login.ttlMs, userCode));
}

function impatienceOf({ origin, userCode }: LoginRequest, loginUrl: string, { config }: GatewayParts) {
  if (!origin.noticeBlind) return null;
  const error = new PosternError('approve_and_retry', { params: { url: loginUrl, userCode } });
  return { afterMs: config.login.noticeBlindMs, error };
}

interface Approved {
  readonly request: LoginRequest;
  readonly approval: Approval;
}

async function useApproval({ request, approval }: Approved, session: LiveSession, parts: GatewayParts): Promise<void> {
  const { loginRequests, metrics, clock, config } = parts;
  metrics.approvalSeconds.observe((clock.now().getTime() - request.createdAt.getTime()) / 1_000);
  // NOTE: a terminal that is gone must not use the approval: it would wake and dial a compute for nobody.
  session.signal.throwIfAborted();
  const outcome = await loginRequests.consume(request.id);
  // Redis gives up an approval that nobody used for a minute.
  if (outcome.kind === 'refused') throw expiredError(config.login.ttlMs);
  session.learn({ userId: approval.userId, computeId: approval.computeId, grantId: approval.grantId });
  auditConnection(session, parts, { event: 'login.consumed', outcome: 'success' });
}

function passageOf({ request, approval }: Approved, { client }: LiveSession, parts: GatewayParts): Passage {
  return {
    door: 'link',
    resolve: () => resolveTarget(parts.catalogue, approval),
    wish: databaseWish(client),
    caps: {},
    narration: TELL_EACH_STEP,
    report: progressReporter(request.id, parts),
  };
}
