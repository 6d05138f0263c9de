// The link for clients that are not known to show NOTICEs: as an error after a short wait. Nobody
// waits for its approval, which becomes a grant for the next connection.

import { setTimeout as pause } from 'node:timers/promises';
import { PosternError } from '../../errors.ts';
import type { LoginOffer } from '../../login/request/login-offers.ts';
import { isDenialHeld, type LoginOrigin } from '../../login/request/login-request.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { askingRefusal } from './asked-others.ts';
import { findGrants } from './find-grants.ts';
import { passGrantDoor } from './grant-door.ts';
import { showLink } from './show-link.ts';

type OfferParts = Pick<GatewayParts, 'catalogue' | 'config' | 'grants' | 'log' | 'loginRequests' | 'publicUrl'>;

interface OfferContext {
  readonly session: LiveSession;
  readonly parts: OfferParts;
}

const LOOK_EVERY_MS = 200;
const PROBE_PATIENCE_MS = 300;

/** Throws `approve_and_retry`; or admits a client whose person was quick. */
export async function offerLink(
  session: LiveSession,
  { origin, makeOffer }: { readonly origin: LoginOrigin; readonly makeOffer: () => Promise<LoginOffer> },
  parts: OfferParts,
): Promise<Admission> {
  const { config, loginRequests } = parts;
  // A program that tries again is shown the same link, which is no new request.
  const offer = (await loginRequests.offers.find(origin)) ?? (await makeOffer());
  if (origin.mayBeProbe !== true) await openNow(offer, { session, parts });
  const { userCode } = offer;
  const token = loginRequests.offers.tokenOf(offer);
  const loginUrl = showLink(session, { token, userCode }, parts);
  const { noticeBlindMs } = config.login;
  const waitMs = origin.mayBeProbe === true ? Math.min(noticeBlindMs, PROBE_PATIENCE_MS) : noticeBlindMs;
  const admission = await waitBriefly(offer, waitMs, { session, parts });
  if (admission !== null) return admission;
  const sendsNothing = session.client.startup.parameters.size === 0;
  throw new PosternError(sendsNothing ? 'approve_and_retry_unnamed' : 'approve_and_retry', {
    params: { url: loginUrl, userCode },
  });
}

async function openNow(offer: LoginOffer, { session, parts }: OfferContext): Promise<void> {
  const opened = await parts.loginRequests.offers.open(offer.id);
  session.entry.update({ loginRequestId: offer.id });
  if (opened?.isNew === true) session.audit.record({ event: 'login.requested', outcome: 'success' });
}

async function waitBriefly(
  offer: LoginOffer,
  waitMs: number,
  { session, parts }: OfferContext,
): Promise<Admission | null> {
  const { signal } = session;
  const until = performance.now() + waitMs;
  for (let leftMs = waitMs; leftMs > 0; leftMs = until - performance.now()) {
    await pause(Math.min(LOOK_EVERY_MS, leftMs), undefined, { signal });
    const request = await parts.loginRequests.find(offer.id);
    if (request?.status === 'denied' && !isDenialHeld(request)) {
      throw askingRefusal(request) ?? new PosternError('denied');
    }
    if (request?.status !== 'consumed') continue;
    const admission = await passGrantDoor(session, await findGrants(session.client, parts), parts);
    if (admission !== null) return admission;
  }
  return null;
}
