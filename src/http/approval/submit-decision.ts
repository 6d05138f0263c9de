// The person's decision: approve, deny, or "this was not me"; login/ carries it out.

import type { ApprovalProblem } from '../../../web/components/approval/approval-props.ts';
import { ReverseCodePage } from '../../../web/pages/reverse-code-page.tsx';
import { approveLogin, denyLogin } from '../../actions/login/decide-login.ts';
import { assertNever } from '../../assert-never.ts';
import { isCorrectableOn, PosternError } from '../../errors.ts';
import type { ApprovalAnswer } from '../../login/decide/approve-login-request.ts';
import { recordLateDecision } from '../../login/decide/record-approval.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { isUndecided } from '../../login/terms/login-status.ts';
import { isNavigation, refuseForm } from '../forms/refused-form.ts';
import { errorInWords, wantsJson } from '../pages/error-handler.ts';
import { signInAgainPath } from '../sign-in/sign-in-routes.ts';
import { type ApprovalCall, unknownLink } from './approval-parts.ts';
import { changeDecision } from './change-decision.ts';
import {
  approvalChoice,
  type DecisionForm,
  parseDecisionForm,
  type TypedChoice,
  typedChoice,
} from './decision-form.ts';
import { sendApprovalPage, sendConnectionPage } from './show-login-request.ts';

interface Deciding extends ApprovalCall {
  readonly form: DecisionForm;
}

/** A late decision changes nothing and is answered with 409 and the outcome of the request. */
export async function decide(call: ApprovalCall): Promise<void> {
  const { parts, request, person, loginRequest } = call;
  const parsed = parseDecisionForm(request.body);
  if (parsed.kind === 'refused') {
    if (wantsJson(request) || !isUndecided(loginRequest.status)) throw parsed.error;
    return await showAgain(call, refusalOf(parsed.error), parsed.typed);
  }
  const { form } = parsed;
  const { decision } = form;
  if (decision !== 'approve' && decision !== 'deny' && decision !== 'report') {
    const remember = form.remember === '8h' ? '8h' : '1h';
    return await changeDecision(call, decision, { remember, formPath: choicePath(loginRequest, form) });
  }
  if (!isUndecided(loginRequest.status)) {
    recordLateDecision(parts.services, loginRequest, { person, decision });
    return await answerLate(call, loginRequest);
  }
  if (decision === 'approve') await approve({ ...call, form });
  else await sayNo(call, decision);
}

async function sayNo(call: ApprovalCall, how: 'deny' | 'report'): Promise<void> {
  const { parts, response, person, loginRequest } = call;
  const moved = await denyLogin(parts, person, { request: loginRequest, how });
  if (moved.kind === 'refused') return await tooLate(call, moved.request);
  response.redirect(303, pathOf(loginRequest));
}

async function approve(deciding: Deciding): Promise<void> {
  const { parts, person, loginRequest, form } = deciding;
  const choice = approvalChoice(form);
  if (choice === null) return await ask(deciding, { at: 'page', text: 'Choose a project to connect to.' });
  try {
    const answer = await approveLogin(parts, person, { request: loginRequest, choice });
    await answerApproval(deciding, answer);
  } catch (error) {
    if (!isCorrectableOn('approval', error)) throw error;
    await showAgain(deciding, refusalOf(error), typedChoice(form));
  }
}

async function answerApproval(deciding: Deciding, answer: ApprovalAnswer): Promise<void> {
  const { parts, request, response, loginRequest } = deciding;
  switch (answer.kind) {
    case 'approved':
      return response.redirect(303, pathOf(loginRequest));
    case 'reverse_code': {
      const remainingMs = answer.request.expiresAt.getTime() - parts.services.clock.now().getTime();
      const props = { path: pathOf(loginRequest), digits: answer.digits, remainingMs };
      return await parts.renderer.sendOnce(request, response, ReverseCodePage, props);
    }
    case 'sign_in_again':
      return response.redirect(303, signInAgainPath(choicePath(loginRequest, deciding.form)));
    case 'asks_first':
      return response.redirect(303, askPath(loginRequest, deciding.form));
    case 'user_code_missing':
      return await ask(deciding, { at: 'code', text: 'Type the code that your terminal shows.' });
    case 'user_code_wrong':
      return await ask(deciding, { at: 'code', text: WRONG_CODE });
    case 'write_unconfirmed':
      return await ask(deciding, { at: 'write', text: UNCONFIRMED });
    case 'too_late':
      return await tooLate(deciding, answer.request);
    default:
      return assertNever(answer);
  }
}

const WRONG_CODE = 'That’s not this terminal’s code. Check it, or choose Deny.';
const UNCONFIRMED = 'Type prod to write to production, or choose read-only access.';

async function ask(deciding: Deciding, problem: ApprovalProblem): Promise<void> {
  await showAgain(deciding, { status: 400, problem }, typedChoice(deciding.form));
}

interface Refusal {
  readonly status: number;
  readonly problem: ApprovalProblem;
}

function refusalOf(error: PosternError): Refusal {
  return { status: error.httpStatus, problem: { at: 'page', text: errorInWords(error) } };
}

async function showAgain(call: ApprovalCall, refusal: Refusal, typed: TypedChoice | null): Promise<void> {
  const { request, response, parts } = call;
  const { status, problem } = refusal;
  const said = { [problem.at]: problem.text };
  await refuseForm({ request, response, address: parts.address }, { status, said }, () =>
    sendApprovalPage(call, { problem, typed }),
  );
}

async function tooLate(call: ApprovalCall, now: LoginRequest | null): Promise<void> {
  const { parts, person } = call;
  if (now === null || now.claim?.userId !== person.userId) return await unknownLink(parts, person);
  await answerLate(call, now);
}

// A second click, a second tab, or a terminal that disconnected: the page explains which, and is
// the same when it is loaded again. Programs get `already_decided`.
async function answerLate(call: ApprovalCall, now: LoginRequest): Promise<void> {
  if (wantsJson(call.request)) throw new PosternError('already_decided', { params: { status: now.status } });
  if (isNavigation(call.request)) {
    call.response.redirect(303, pathOf(now));
    return;
  }
  call.response.status(409);
  await sendConnectionPage(call, now);
}

function askPath(loginRequest: LoginRequest, form: DecisionForm): string {
  return choicePath(loginRequest, form).replace('?', '/ask?');
}

function choicePath(loginRequest: LoginRequest, form: DecisionForm): string {
  const { compute_id, database, role, access, remember, agent, ...rest } = form;
  const { confirm_write, release_waiting, waiting_codes } = rest;
  const fields = { compute_id, database, role, access, remember, agent, confirm_write };
  const given = Object.entries({ ...fields, release_waiting, waiting_codes }).flatMap(
    ([name, value]): [string, string][] => (value ? [[name, value]] : []),
  );
  return `${pathOf(loginRequest)}?${new URLSearchParams(given)}`;
}

function pathOf({ id }: LoginRequest): string {
  return `/psql_session/${id}`;
}
