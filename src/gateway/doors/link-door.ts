// The door without a password: shows a link, waits for a person's approval, and uses it once.

import { setTimeout as pause } from 'node:timers/promises';
import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { confirmAgreement } from '../../catalogue/asking/confirm-agreement.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { Approval, LoginOrigin, LoginRequest } from '../../login/request/login-request.ts';
import { BRIEFLY_KEPT_MS, KEPT_MS } from '../../login/scripts/login-request-scripts.ts';
import { EACH_STEP_NOTICES } from '../client/link-notices.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { awaitApproval, expiredError } from './await-approval.ts';
import { bindAgent } from './bind-agent.ts';
import { approvedWish, circumstancesOf, loginOrigin, refuseClosedNetwork } from './login-origin.ts';
import { offerLink } from './offer-link.ts';
import { releaseLoginRequest } from './release-login-request.ts';
import { showLink } from './show-link.ts';

type LinkDoorParts = Pick<
  GatewayParts,
  'catalogue' | 'clock' | 'config' | 'grants' | 'limits' | 'log' | 'loginRequests' | 'metrics' | 'publicUrl' | 'times'
>;

/** Throws why there is no approval, with the login request ended or left open. */
export async function passLinkDoor(session: LiveSession, parts: LinkDoorParts): Promise<Admission> {
  session.clientWatch.start('asking');
  session.client.line.sendAuthenticationOk();
  await allow(session, parts, async () => refuseClosedNetwork(session.client, parts.config.login));
  // A health check leaves at the first answer, and must not make a login request.
  await pause(parts.times.linkPauseMs, undefined, { signal: session.signal });
  const origin = await loginOrigin(session.client, parts.config.login);
  if (origin.noticeBlind) {
    const makeOffer = async () => await parts.loginRequests.offers.make(origin, await keepMsOf(session, parts));
    return admitted(session, await offerLink(session, { origin, makeOffer }, parts));
  }
  return admitted(session, await waitForPerson(session, origin, parts));
}

function beOpened(session: LiveSession): void {
  session.advanceTo('opened');
  session.audit.release();
}

function admitted({ audit }: LiveSession, admission: Admission): Admission {
  audit.release();
  return admission;
}

async function waitForPerson(session: LiveSession, origin: LoginOrigin, parts: LinkDoorParts): Promise<Admission> {
  const { request, token } = await openLoginRequest(session, origin, parts);
  try {
    session.signal.throwIfAborted();
    showLink(session, { token, userCode: request.userCode }, parts);
    const { catalogue, loginRequests } = parts;
    const approval = await awaitApproval({ request, loginRequests, onOpened: () => beOpened(session) }, session);
    await useApproval({ request, approval }, session, parts);
    return {
      door: 'link',
      agent: bindAgent(session, approval, parts.clock.now()),
      resolve: (rights) => resolveTarget(catalogue, approval, { ...circumstancesOf(session.client, approval), rights }),
      databaseRole: approval.databaseRole,
      wish: approvedWish(session.client, approval),
      notices: EACH_STEP_NOTICES,
      report: progressReporter(request.id, parts),
    };
  } catch (error) {
    countCrowd(error, parts);
    await releaseLoginRequest(request, error, { session, parts });
    throw error;
  }
}

/** What a rule or limit refuses is counted, and kept in the audit trail where it is not a flood. */
async function allow<T>(session: LiveSession, parts: LinkDoorParts, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PosternError && (error.kind === 'policy' || error.kind === 'limit')) {
      session.isFailureRecorded(error.code, parts);
      session.audit.record({ event: 'login.refused', outcome: 'refused', reason: error.code });
    }
    throw error;
  }
}

/**
 * How long the request is kept. Where very many are made, only those that a person opens leave a
 * trace: a flood must fill neither Redis nor the trail, and honest neighbours are served with it.
 */
async function keepMsOf({ audit, client }: LiveSession, { limits }: LinkDoorParts): Promise<number> {
  const verdict = await limits.loginRequest(client.peer.address);
  if (verdict === 'allowed') return KEPT_MS;
  audit.hold();
  return BRIEFLY_KEPT_MS;
}

function countCrowd(error: unknown, { metrics }: LinkDoorParts): void {
  if (isPosternError(error, 'overloaded')) metrics.limitHits.inc({ limit: 'waiting_in_total' });
  if (isPosternError(error, 'too_many_requests')) metrics.limitHits.inc({ limit: 'waiting_of_address' });
}

async function openLoginRequest(session: LiveSession, origin: LoginOrigin, parts: LinkDoorParts) {
  const keepMs = await keepMsOf(session, parts);
  session.signal.throwIfAborted();
  const { request, token } = await parts.loginRequests.open(origin, { waiting: 'connection', keepMs });
  session.entry.update({ loginRequestId: request.id });
  session.audit.record({ event: 'login.requested', outcome: 'success' });
  return { request, token };
}

async function useApproval(
  { request, approval }: { readonly request: LoginRequest; readonly approval: Approval },
  session: LiveSession,
  { catalogue, clock, config, loginRequests, metrics }: LinkDoorParts,
): Promise<void> {
  metrics.approvalSeconds.observe((clock.now().getTime() - request.createdAt.getTime()) / 1_000);
  // NOTE: a terminal that is gone must not use the approval, which would wake and dial a compute
  // for nothing.
  session.signal.throwIfAborted();
  if (approval.accessRequestId !== undefined) await confirmAgreement(catalogue, approval.accessRequestId);
  const outcome = await loginRequests.consume(request.id);
  // Redis expires an approval that was not used within a minute.
  if (outcome.kind === 'refused') throw expiredError(config.login.ttlMs);
  const { userId, computeId, grantId } = approval;
  session.entry.restOn(approval.rightAsOf, { userId, computeId, grantId });
  session.audit.record({ event: 'login.consumed', outcome: 'success' });
}
