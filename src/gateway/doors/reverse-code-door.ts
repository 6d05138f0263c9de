// The door of the reverse code (docs/security.md, "Address comparison and reverse code").

import { assertNever } from '../../assert-never.ts';
import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { PosternError } from '../../errors.ts';
import { type SettlingServices, settleApproval } from '../../login/decide/settle-approval.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import type { ReverseCodeCheck } from '../../login/request/reverse-codes.ts';
import { authenticationCleartextPassword } from '../../protocol/backend-messages.ts';
import { MAX_PASSWORD_MESSAGE_BYTES, parsePasswordMessage } from '../../protocol/frontend-messages.ts';
import { EACH_STEP_NOTICES } from '../client/link-notices.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { approvedWish, terminalOf } from './login-origin.ts';
import { readPasswordMessage } from './read-password-message.ts';

type ReverseCodeDoorParts = SettlingServices & Pick<GatewayParts, 'log' | 'loginRequests' | 'reverseCodes' | 'times'>;

/**
 * Throws `tls_required` in clear text, `saved_password` for anything but six digits, `code_wrong`,
 * `denied` after the last try, `password_failed` when the code ran out, or ClientGone: psql drops
 * the first connection to ask its user, and that is no failed try.
 */
export async function passReverseCodeDoor(session: LiveSession, parts: ReverseCodeDoorParts): Promise<Admission> {
  const { client } = session;
  if (client.tls === null) throw new PosternError('tls_required');
  client.line.askForPassword(authenticationCleartextPassword());
  const body = await readPasswordMessage(session, MAX_PASSWORD_MESSAGE_BYTES, parts.times.passwordMs);
  session.clientWatch.start();
  const check = await parts.reverseCodes.check(await terminalOf(client), parsePasswordMessage(body));
  if (check.kind === 'denied') recordDenial(check.request, session);
  if (check.kind !== 'consumed') throw errorOf(check);
  const { request } = check;
  const { approval } = request;
  if (approval === null) throw new Error(`login request ${request.id} is approved for nothing`);
  client.line.sendAuthenticationOk();
  const { userId, computeId, grantId } = approval;
  session.entry.restOn(approval.rightAsOf, { loginRequestId: request.id, userId, computeId, grantId });
  // Right digits approve and use the request in one move.
  for (const event of ['login.approved', 'login.consumed'] as const) {
    const { browserAddress: browserIp } = approval;
    session.audit.record({ event, outcome: 'success', stepUp: 'reverse_code', browserIp });
  }
  return {
    door: 'reverse_code',
    resolve: (rights) => resolveTarget(parts.catalogue, approval, rights),
    databaseRole: approval.databaseRole,
    onAuthorised: async ({ person, ...place }) => {
      if (person === null) throw new Error(`login request ${request.id} has no person`);
      await settleApproval(parts, request, { ...place, person });
    },
    wish: approvedWish(client, approval),
    notices: EACH_STEP_NOTICES,
    report: progressReporter(request.id, parts),
  };
}

function errorOf(check: Exclude<ReverseCodeCheck, { kind: 'consumed' }>): PosternError {
  switch (check.kind) {
    case 'not_a_code':
      return new PosternError('saved_password');
    case 'wrong':
      return new PosternError('code_wrong', { params: { triesLeft: String(check.triesLeft) } });
    case 'denied':
      return new PosternError('denied');
    case 'none_open':
      return new PosternError('password_failed');
    default:
      return assertNever(check);
  }
}

function recordDenial({ id, reason }: LoginRequest, session: LiveSession): void {
  session.entry.update({ loginRequestId: id });
  session.audit.record({ event: 'login.denied', outcome: 'success', reason });
}
