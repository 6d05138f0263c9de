// The pages behind a login link: opening it, which claims the request and redirects to its
// reference; behind the reference the decision while it is open, then its outcome.

import type { Request, Response } from 'express';
import { ApprovalPage } from '../../../web/pages/approval-page.tsx';
import { ConnectionPage } from '../../../web/pages/connection-page.tsx';
import { ReportPage } from '../../../web/pages/report-page.tsx';
import { isKnownTerminal } from '../../catalogue/access/last-used-targets.ts';
import { mayBreakGlass } from '../../catalogue/asking/glass-people.ts';
import { listPasskeys } from '../../catalogue/people/passkeys.ts';
import { findKey } from '../../catalogue/people/terminal-keys.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { claimLoginRequest } from '../../login/decide/claim-login-request.ts';
import { findSharing } from '../../login/grant/terminal-sharing.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { isUndecided } from '../../login/terms/login-status.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { type KeptForm, keptForm } from '../forms/kept-form.ts';
import { isSentByAnotherSite, LINK_CODE_PATH } from '../request/came-from.ts';
import { findPasskeyPlace } from '../request/passkey-place.ts';
import {
  type ApprovalCall,
  type ApprovalParts,
  alsoWaiting,
  findLoginRequest,
  personAtBrowser,
  unknownLink,
} from './approval-parts.ts';
import { type ApprovalSight, approvalView } from './approval-view.ts';
import { choiceOnReturn } from './decision-form.ts';
import { offeredTargets } from './offered-targets.ts';
import { statusOf } from './status-of.ts';

export async function showLoginRequest(call: ApprovalCall): Promise<void> {
  const { loginRequest, request, parts } = call;
  if (!isUndecided(loginRequest.status)) return await sendConnectionPage(call, loginRequest);
  const kept = keptForm(request, parts.address);
  await sendApprovalPage(call, {
    typed: choiceOnReturn(kept?.typed ?? request.query),
    problem: kept === null ? null : problemOf(kept),
  });
}

/** "This was not me" blocks an address that may be the person's own, so it is asked about. */
export function askToReport({ loginRequest, parts, request, response }: ApprovalCall): void {
  const path = `/psql_session/${loginRequest.id}`;
  if (!isUndecided(loginRequest.status)) return void response.redirect(303, path);
  parts.renderer.send(request, response, ReportPage, { path, address: cleanForPage(loginRequest.origin.address) });
}

export function problemOf({ said }: KeptForm): ApprovalSight['problem'] {
  if (said?.code !== undefined) return { at: 'code', text: said.code };
  if (said?.write !== undefined) return { at: 'write', text: said.write };
  return { at: 'page', text: said?.page ?? 'You signed in after this page was loaded. Decide now.' };
}

export async function sendApprovalPage(
  { parts, request, response, person, loginRequest }: ApprovalCall,
  form: Pick<ApprovalSight, 'typed' | 'problem'>,
): Promise<void> {
  const { clock, reverseCode, sharedNetworks } = parts.services;
  const { find } = request.query;
  const { userId } = person;
  const pair = { userId, terminal: loginRequest.origin, browserAddress: person.address };
  const { key = null } = loginRequest.origin;
  const [offered, waiting, isKnown, knownKey, areNetworksProven, sharing, hasPasskeyHere, isNamed] = await Promise.all([
    offeredTargets(parts.catalogue, { person, origin: loginRequest.origin, find }),
    alsoWaiting(parts.services, loginRequest, person),
    isKnownTerminal(parts.catalogue, userId, loginRequest.origin),
    key === null ? null : findKey(parts.catalogue, userId, key),
    parts.services.terminalMemory.areNetworksProven(pair),
    findSharing(parts.services, loginRequest.origin, { userId, sharedNetworks }),
    hasPasskeyAt(parts, request, person),
    mayBreakGlass(parts.catalogue.db, userId),
  ]);
  const view = approvalView({
    request: loginRequest,
    offered,
    alsoWaiting: waiting,
    browserAddress: person.address,
    isKnownTerminal: isKnown,
    knownKey,
    areNetworksProven,
    sharing,
    reverseCode,
    now: clock.now(),
    signIn: person.signIn,
    hasPasskeyHere,
    mayBreakGlass: isNamed,
    ...form,
  });
  parts.renderer.send(request, response, ApprovalPage, view);
}

async function hasPasskeyAt({ catalogue, address }: ApprovalParts, request: Request, { userId }: PersonAtBrowser) {
  const found = findPasskeyPlace(request, address);
  if (found.kind !== 'here') return false;
  return (await listPasskeys(catalogue.db, userId)).some(({ rpId }) => rpId === found.place.rpId);
}

/** Answers 410 for an expired link, unless the route has set another status. */
export async function sendConnectionPage(
  { parts, request, response }: Pick<ApprovalCall, 'parts' | 'request' | 'response'>,
  loginRequest: LoginRequest,
): Promise<void> {
  const view = await statusOf(parts, loginRequest);
  if (view === null) throw new Error(`login request ${loginRequest.id} is not decided`);
  if (loginRequest.status === 'expired' && response.statusCode === 200) response.status(410);
  const path = `/psql_session/${loginRequest.id}`;
  parts.renderer.send(request, response, ConnectionPage, { view, path });
}

/** Nothing is read or changed unless a signed-in person opens the link. */
export async function openLink(
  parts: ApprovalParts,
  request: Request<{ key: string }>,
  response: Response,
): Promise<void> {
  const person = personAtBrowser(response);
  const navigation = navigationKind(request, parts.address);
  // Chrome discards a refused prefetch and asks again when the person follows the link.
  if (navigation === 'prefetch') return void response.status(503).type('text/plain').send('not now\n');
  if (navigation === 'machine') throw new PosternError('link_unknown');
  // A click over there proves no wish to connect; the code proves that the terminal is seen.
  if (navigation === 'from_elsewhere') return response.redirect(303, LINK_CODE_PATH);
  const found = await findLoginRequest(parts, request.params.key);
  const claimed = found === null ? null : await claimLoginRequest(parts.services, found, person);
  if (claimed === null) return await unknownLink(parts, person);
  if (claimed.claim === null) return await sendConnectionPage({ parts, request, response }, claimed);
  response.redirect(303, `/psql_session/${claimed.id}`);
}

type Navigation = 'personal' | 'prefetch' | 'machine' | 'from_elsewhere';

/** Fetch metadata: Sec-Purpose, Sec-Fetch-Dest, Sec-Fetch-Site. */
function navigationKind(request: Request, address: PublicAddress): Navigation {
  // Express answers HEAD with the GET handler.
  if (request.method !== 'GET') return 'machine';
  const purpose = `${request.get('sec-purpose') ?? ''} ${request.get('purpose') ?? ''}`;
  if (/prefetch|prerender|preview/.test(purpose)) return 'prefetch';
  const destination = request.get('sec-fetch-dest');
  if (destination !== undefined && destination !== 'document') return 'machine';
  return isSentByAnotherSite(request, address) ? 'from_elsewhere' : 'personal';
}
