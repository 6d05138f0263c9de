// What a person changes about a login besides approving and denying it: more time to decide, a
// denial taken back, an approval remembered after all.

import { giveMoreTime, rememberApproval, undoDenial } from '../../actions/login/decide-login.ts';
import { assertNever } from '../../assert-never.ts';
import { MOST_EXTENSIONS } from '../../login/request/login-grace.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { isUndecided } from '../../login/terms/login-status.ts';
import { wantsJson } from '../pages/error-handler.ts';
import { secondFactorPath } from '../request/safe-next.ts';
import { signInAgainPath } from '../sign-in/sign-in-routes.ts';
import { type ApprovalCall, unknownLink } from './approval-parts.ts';

export type Change = 'more_time' | 'second_factor' | 'undo' | 'remember';

/** Each leads to the page of the login as it is then; what came too late changes nothing. */
export async function changeDecision(
  call: ApprovalCall,
  change: Change,
  { remember, formPath }: { readonly remember: '1h' | '8h'; readonly formPath: string },
): Promise<void> {
  const { parts, person, response, loginRequest: request } = call;
  const path = `/psql_session/${request.id}`;
  switch (change) {
    case 'more_time': {
      const { request: now } = await giveMoreTime(parts, person, { request });
      if (now === null) return await unknownLink(parts, person);
      if (wantsJson(call.request)) return void response.json(timeLeft(call, now));
      return response.redirect(303, isUndecided(now.status) ? formPath : path);
    }
    case 'second_factor': {
      // Adding one takes time, and the terminal waits.
      await giveMoreTime(parts, person, { request });
      return response.redirect(303, secondFactorPath(formPath));
    }
    case 'undo': {
      await undoDenial(parts, person, { request });
      return response.redirect(303, path);
    }
    case 'remember': {
      const answer = await rememberApproval(parts, person, { request, remember });
      return response.redirect(303, answer === 'sign_in_again' ? signInAgainPath(path) : path);
    }
    default:
      return assertNever(change);
  }
}

function timeLeft({ parts }: ApprovalCall, { createdAt, expiresAt, extensionCount, status }: LoginRequest) {
  const remainingMs = Math.max(0, expiresAt.getTime() - parts.services.clock.now().getTime());
  const isMore = isUndecided(status) && extensionCount < MOST_EXTENSIONS;
  return { remaining_ms: remainingMs, life_ms: expiresAt.getTime() - createdAt.getTime(), more: isMore };
}
