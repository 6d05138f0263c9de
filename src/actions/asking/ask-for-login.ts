// A person asks others to agree to a login, from its page.

import { isKnownTerminal } from '../../catalogue/access/last-used-targets.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ApprovalChoice } from '../../login/decide/judge-approval.ts';
import { type AskingWish, type SubmissionAnswer, submitLoginRequest } from '../../login/decide/submit-login-request.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import type { DecisionParts } from '../login/decide-login.ts';
import { tellOfAccess } from './tell-of-access.ts';

/** Throws as `submitLoginRequest`. */
export async function askForLogin(
  parts: DecisionParts,
  person: PersonAtBrowser,
  asking: {
    readonly request: LoginRequest;
    readonly choice: ApprovalChoice;
    readonly context: AuditContext;
    readonly wish: AskingWish;
  },
): Promise<SubmissionAnswer> {
  const isKnown = await isKnownTerminal(parts.catalogue, person.userId, asking.request.origin);
  const answer = await submitLoginRequest(parts.services, { ...asking, person, isKnownTerminal: isKnown });
  if (answer.kind === 'submitted' || answer.kind === 'sent_away') {
    const { filed: request, approvers } = answer;
    tellOfAccess(parts, { kind: 'asked', request, approvers });
  }
  return answer;
}
