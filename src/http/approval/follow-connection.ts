// Server-sent events that follow one login request until its final state.

import { pause } from '../../async/retry.ts';
import { linkedAbort } from '../../async/time-limit.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { isUndecided } from '../../login/terms/login-status.ts';
import { eventText, KEEP_ALIVE_TEXT, retryText } from '../request/event-streams.ts';
import { requireSession } from '../request/request-context.ts';
import { type ApprovalCall, type ApprovalParts, alsoWaiting } from './approval-parts.ts';
import { statusOf } from './status-of.ts';

const KEEP_ALIVE_MS = 15_000;
const LOOK_EVERY_MS = 2_000;
const ASK_AGAIN_MS = 2_000;
/** A page that is left open does not keep its stream for ever; the browser reconnects. */
const LONGEST_STREAM_MS = 10 * 60_000;

export async function followConnection(call: ApprovalCall): Promise<void> {
  const { parts, request, response, person } = call;
  const { sessionId } = requireSession(response);
  const signal = parts.streams.open(response, { userId: person.userId, sessionId, longestMs: LONGEST_STREAM_MS });
  if (request.query.once !== undefined) return await sendOnce(call);
  const keepAlive = setInterval(() => response.write(KEEP_ALIVE_TEXT), KEEP_ALIVE_MS);
  try {
    const undecided = linkedAbort(signal);
    const listing = sendWaiting(call, undecided.signal);
    await sendChanges(call, signal).finally(() => {
      undecided.abort();
      undecided.unlink();
    });
    await listing;
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
}

/** What there is now; the browser asks again after a moment and holds no connection meanwhile. */
async function sendOnce({ parts, response, loginRequest, person }: ApprovalCall): Promise<void> {
  response.write(retryText(ASK_AGAIN_MS));
  const text = (await eventOf(parts, loginRequest))?.text;
  response.end(text ?? eventText('waiting', await alsoWaiting(parts.services, loginRequest, person)));
}

async function sendChanges({ parts, response, loginRequest }: ApprovalCall, signal: AbortSignal): Promise<void> {
  let lastSent = '';
  for await (const current of parts.services.loginRequests.watch(loginRequest.id, signal)) {
    const event = await eventOf(parts, current);
    if (event !== null && event.text !== lastSent) response.write(event.text);
    // A denial was taken back.
    if (event === null && lastSent !== '') response.write(eventText('reopened', {}));
    lastSent = event?.text ?? lastSent;
    if (event?.isFinal) return;
  }
}

/** Sends the other connections of the terminal when they change, until the request is decided. */
async function sendWaiting(call: ApprovalCall, signal: AbortSignal): Promise<void> {
  const { response, loginRequest, person } = call;
  const { services, log } = call.parts;
  let lastSent = '';
  while (!signal.aborted) {
    try {
      const current = await services.loginRequests.find(loginRequest.id);
      if (current === null || !isUndecided(current.status)) return;
      const event = eventText('waiting', await alsoWaiting(services, current, person));
      if (event !== lastSent && !signal.aborted) response.write(event);
      lastSent = event;
    } catch (error) {
      // The page was rendered with the connections that waited then; the next look may find more.
      log.debug(
        { event: 'approval.list_waiting_failed', err: error, login_request_id: loginRequest.id },
        'waiting connections could not be listed',
      );
    }
    await pause(LOOK_EVERY_MS, signal);
  }
}

/** `decided` tells the page that the choice is over; `status` carries a view to render. */
async function eventOf(
  parts: ApprovalParts,
  request: LoginRequest,
): Promise<{ text: string; isFinal: boolean } | null> {
  const view = await statusOf(parts, request);
  if (view === null) return null;
  const decided = isUndecided(request.status) ? '' : eventText('decided', {});
  return { text: decided + eventText('status', view), isFinal: view.isFinal };
}
