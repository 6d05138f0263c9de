// The door of the reverse code (docs/security.md, "Address comparison and reverse code").

import { assertNever } from '../../assert-never.ts';
import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { PosternError } from '../../errors.ts';
import { wholeSeconds } from '../../limits/require-allowed.ts';
import { isRoomToRemember } from '../../login/decide/approval-rules.ts';
import { type SettlingServices, settleApproval } from '../../login/decide/settle-approval.ts';
import { findSharing } from '../../login/grant/terminal-sharing.ts';
import type { Approval, LoginRequest } from '../../login/request/login-request.ts';
import type { ReverseCodeCheck } from '../../login/request/reverse-codes.ts';
import { loginNameDigest, type UserAtPlace } from '../../login/request/terminal.ts';
import { authenticationCleartextPassword } from '../../protocol/backend-messages.ts';
import { MAX_PASSWORD_MESSAGE_BYTES, parsePasswordMessage } from '../../protocol/frontend-messages.ts';
import { EACH_STEP_NOTICES } from '../client/link-notices.ts';
import { readPasswordMessage } from '../proofs/read-password-message.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { bindAgent } from './bind-agent.ts';
import { approvedWish, circumstancesOf, terminalOf } from './login-origin.ts';

type ReverseCodeDoorParts = SettlingServices &
  Pick<GatewayParts, 'config' | 'limits' | 'log' | 'loginRequests' | 'reverseCodes' | 'times'>;

/**
 * Throws `tls_required` in clear text, `saved_password` for anything but digits of the code's
 * length, `code_wrong` and `code_burned`, late where others were wrong before, `password_failed`
 * when the code ran out, or ClientGone: psql drops the first connection to ask its user.
 */
export async function passReverseCodeDoor(session: LiveSession, parts: ReverseCodeDoorParts): Promise<Admission> {
  const { client } = session;
  if (client.tls === null) throw new PosternError('tls_required');
  client.line.askForPassword(authenticationCleartextPassword());
  const body = await readPasswordMessage(session, MAX_PASSWORD_MESSAGE_BYTES, parts.times.passwordMs);
  session.clientWatch.start('admitted');
  const terminal = await terminalOf(client);
  const check = await parts.reverseCodes.check(terminal, parsePasswordMessage(body));
  if (check.kind === 'burned') {
    for (const { approval } of check.requests) {
      const browserIp = approval?.browserAddress ?? null;
      session.audit.record({ event: 'login.denied', outcome: 'refused', reason: 'wrong_reverse_code', browserIp });
    }
  }
  if (check.kind === 'wrong' || check.kind === 'burned') await slowDown(session, terminal, parts);
  if (check.kind !== 'consumed') throw errorOf(check);
  const { request } = check;
  const { approval } = request;
  if (approval === null) throw new Error(`login request ${request.id} is approved for nothing`);
  client.line.sendAuthenticationOk();
  const { userId, computeId, grantId, browserAddress: browserIp } = approval;
  session.entry.restOn(approval.rightAsOf, { loginRequestId: request.id, userId, computeId, grantId });
  // Right digits approve and use the request in one move.
  for (const event of ['login.approved', 'login.consumed'] as const) {
    session.audit.record({ event, outcome: 'success', stepUp: 'reverse_code', browserIp });
  }
  return {
    door: 'reverse_code',
    resolve: (rights) => resolveTarget(parts.catalogue, approval, { ...circumstancesOf(client, approval), rights }),
    databaseRole: approval.databaseRole,
    agent: bindAgent(session, approval, parts.clock.now()),
    onAuthorised: async ({ person, ...place }) => {
      if (person === null) throw new Error(`login request ${request.id} has no person`);
      await settleApproval(parts, await asRemembered(request, approval, parts), { ...place, person });
    },
    wish: approvedWish(client, approval),
    notices: EACH_STEP_NOTICES,
    report: progressReporter(request.id, parts),
  };
}

/** Somebody else may have opened a login of the same words since the digits were shown. */
async function asRemembered(
  request: LoginRequest,
  approval: Approval,
  { config, ...stores }: ReverseCodeDoorParts,
): Promise<LoginRequest> {
  const { sharedNetworks } = config.limits;
  const sharing = await findSharing(stores, request.origin, { userId: approval.userId, sharedNetworks });
  if (isRoomToRemember(sharing, approval.remember)) return request;
  return { ...request, approval: { ...approval, remember: 'once', grantId: null } };
}

function errorOf(check: Exclude<ReverseCodeCheck, { kind: 'consumed' }>): PosternError {
  switch (check.kind) {
    case 'not_a_code':
      return new PosternError('saved_password');
    case 'wrong':
      return new PosternError('code_wrong');
    case 'burned':
      return new PosternError('code_burned');
    case 'none_open':
      return new PosternError('password_failed');
    default:
      return assertNever(check);
  }
}

/**
 * NOTE: wrong codes only. The right one is never held back behind guesses, which come from the
 * same address and user: six digits are ended by the third, twelve are too many to try.
 */
async function slowDown(
  { client, signal }: LiveSession,
  terminal: UserAtPlace,
  { limits }: ReverseCodeDoorParts,
): Promise<void> {
  const secret = `reverse_code:${loginNameDigest(terminal)}`;
  const settled = await limits.proofs.settle({ secret, address: client.peer.address }, 'wrong', signal);
  if (settled.kind === 'put_off') {
    throw new PosternError('too_many_failures', { params: { seconds: wholeSeconds(settled) } });
  }
}
