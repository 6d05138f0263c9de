// Handles the person's decision: approve, deny, or "this was not me". Parses the form, leaves the
// decision to login/, and answers with a page.

import type { Request, Response } from 'express';
import { ReverseCodePage } from '../../../web/pages/reverse-code-page.tsx';
import { approveLogin, denyLogin } from '../../actions/login/decide-login.ts';
import { assertNever } from '../../assert-never.ts';
import { isCorrectableOn, PosternError } from '../../errors.ts';
import type { ApprovalAnswer } from '../../login/decide/approve-login-request.ts';
import { recordLateDecision } from '../../login/decide/record-approval.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import { isUndecided, type LoginRequest } from '../../login/request/login-request.ts';
import { wantsJson } from '../request/error-handler.ts';
import { errorInWords } from '../request/error-in-words.ts';
import { signInAgainPath } from '../sign-in/sign-in-again.ts';
import { type ApprovalParts, personAtBrowser, requireOwnLoginRequest, unknownLink } from './approval-parts.ts';
import { sendConnectionPage } from './connection-page.ts';
import { approvalChoice, type DecisionForm, parseDecisionForm, typedChoice } from './decision-form.ts';
import { sendApprovalPage } from './show-login-request.ts';

interface Deciding {
  readonly request: Request;
  readonly response: Response;
  readonly person: PersonAtBrowser;
  readonly loginRequest: LoginRequest;
  readonly form: DecisionForm;
}

/**
 * A late decision changes nothing and is answered with 409 and a page on the outcome of the
 * request. Throws `link_unknown` for another person's login request.
 */
export async function decide(
  parts: ApprovalParts,
  request: Request<{ key: string }>,
  response: Response,
): Promise<void> {
  const person = personAtBrowser(response);
  const loginRequest = await requireOwnLoginRequest(parts, request.params.key, person);
  const form = parseDecisionForm(request.body);
  const deciding = { request, response, person, loginRequest, form };
  if (!isUndecided(loginRequest.status)) {
    recordLateDecision(parts.services, loginRequest, { person, decision: form.decision });
    return answerLate(parts, deciding, loginRequest);
  }
  if (form.decision === 'approve') await approve(parts, deciding);
  else await sayNo(parts, deciding, form.decision);
}

async function sayNo(parts: ApprovalParts, deciding: Deciding, how: 'deny' | 'report'): Promise<void> {
  const { response, person, loginRequest } = deciding;
  const moved = await denyLogin(parts, person, { request: loginRequest, how });
  if (moved.kind === 'refused') return await tooLate(parts, deciding, moved.request);
  response.redirect(303, pathOf(loginRequest));
}

async function approve(parts: ApprovalParts, deciding: Deciding): Promise<void> {
  const { person, loginRequest, form } = deciding;
  const choice = approvalChoice(form);
  if (choice === null)
    return await showAgain(parts, deciding, { status: 400, problem: 'Pick a project to connect to.' });
  try {
    const answer = await approveLogin(parts, person, { request: loginRequest, choice });
    await answerApproval(parts, deciding, answer);
  } catch (error) {
    if (!isCorrectableOn('approval', error)) throw error;
    await showAgain(parts, deciding, { status: error.httpStatus, problem: errorInWords(error) });
  }
}

async function answerApproval(parts: ApprovalParts, deciding: Deciding, answer: ApprovalAnswer): Promise<void> {
  const { request, response, loginRequest } = deciding;
  switch (answer.kind) {
    case 'approved':
      return response.redirect(303, pathOf(loginRequest));
    case 'reverse_code': {
      const remainingMs = answer.request.expiresAt.getTime() - parts.services.clock.now().getTime();
      const props = { path: pathOf(loginRequest), digits: answer.digits, remainingMs };
      return parts.renderer.send(request, response, ReverseCodePage, props);
    }
    case 'sign_in_again':
      return response.redirect(303, signInAgainPath(choicePath(loginRequest, deciding.form)));
    case 'user_code_missing':
      return await showAgain(parts, deciding, { status: 400, problem: 'Type the code that your terminal shows.' });
    case 'user_code_wrong':
      return await showAgain(parts, deciding, { status: 400, problem: WRONG_CODE });
    case 'too_late':
      return await tooLate(parts, deciding, answer.request);
    default:
      return assertNever(answer);
  }
}

const WRONG_CODE = 'That is not the code of this terminal. Look again, or deny.';

async function showAgain(
  parts: ApprovalParts,
  deciding: Deciding,
  { status, problem }: { readonly status: number; readonly problem: string },
): Promise<void> {
  const { request, response, person, loginRequest, form } = deciding;
  response.status(status);
  await sendApprovalPage(parts, { request, response }, { loginRequest, person, problem, typed: typedChoice(form) });
}

async function tooLate(parts: ApprovalParts, deciding: Deciding, now: LoginRequest | null): Promise<void> {
  const { person } = deciding;
  if (now === null || now.claim?.userId !== person.userId) return await unknownLink(parts, person);
  answerLate(parts, deciding, now);
}

// A second click, a second tab, or a terminal that disconnected: the page explains which. Programs
// get `already_decided`.
function answerLate(parts: ApprovalParts, { request, response }: Deciding, now: LoginRequest): void {
  if (wantsJson(request)) throw new PosternError('already_decided', { params: { status: now.status } });
  response.status(409);
  sendConnectionPage(parts, { request, response }, now);
}

/** The page with the form as it was filled in, to return to. */
function choicePath(loginRequest: LoginRequest, form: DecisionForm): string {
  const { compute_id, database, role, access, remember, release_waiting } = form;
  const fields = { compute_id, database, role, access, remember, release_waiting };
  const given = Object.entries(fields).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  return `${pathOf(loginRequest)}?${new URLSearchParams(given)}`;
}

function pathOf({ id }: LoginRequest): string {
  return `/psql_session/${id}`;
}
